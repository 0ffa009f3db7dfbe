/** Structures, pointers, arrays, names that hide each other. */
export const C_PROGRAM = `
#include <string.h>
struct node { struct node *next; int v; char name[8]; struct { int a; union { int u1; float u2; }; }; };
typedef struct node node;
struct named { node node; unsigned low : 3; unsigned high : 5; };
enum flags { A = 1, B = 2, C = 4 };
int huge[10000000];
int calls;
static int ofThisFile = 7;
typedef int (*callback)(int);
int twice(int x) { calls++; return 2 * x; }
int work(int argument, struct node *list) {
  int i = 42, *pi = &i, **ppi = &pi, *dangling = (int *)8;
  struct node *null = 0;
  struct named w = { *list, 5, 7 };
  int big[1000], matrix[3][4] = { { 1, 2 } };
  for (int k = 0; k < 1000; k++) big[k] = k;
  void *opaque = &i; int (*function)(int) = twice; callback named = twice; const char *text = "he\\"llo"; enum flags flags = A | C;
  { int i = 43;
    { struct node i = *list; i.v = 44; huge[3] = argument + w.low; memset(i.name, 'x', 2); /* stop */ calls += i.v; }
    i++; }
  return named(ofThisFile) + **ppi + matrix[0][0] + (dangling == 0) + (null == 0) + (opaque == 0) + function(3) + text[0] + flags + big[5];
}
int main(void) {
  struct node last = { 0, 2, "two", { 3, { 4 } } }, first = { &last, 1, "one", { 5, { 6 } } };
  return work(5, &first);
}
`;

/** Base classes, references, containers. */
export const CXX_PROGRAM = `
#include <map>
#include <string>
#include <vector>
struct Base { int b = 1; virtual ~Base() {} };
struct Other { int o = 4; };
struct Derived : Base, Other { int d = 2; private: int secret = 3; };
struct OnlyBases : Other {};
struct Point { int x, y; };
int work(const Derived &ref) {
  std::vector<int> numbers{1, 2, 3}; std::vector<Point> points(250, Point{7, 8});
  std::vector<int> million(1000000, 3); million[999999] = 4; std::vector<bool> bits(3); std::map<int, std::vector<int>> nested{{1, numbers}};
  std::map<std::string, int> ages{{"ann", 1}, {"bob", 2}};
  std::string str = "some text"; std::string *pointer = &str; std::vector<int> *behind = &numbers;
  OnlyBases only; int value = 5; int &alias = value;
  value += ref.d; /* stop */
  std::vector<int> late{4, 5};
  return million[5] + bits[0] + nested[1][0] + late[0] + alias + (int)points.size() + (int)pointer->size() + (int)behind->size() + only.o + ages["ann"];
}
int main() { Derived d; return work(d); }
`;
