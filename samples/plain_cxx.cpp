/*
 * A C++ program without any restartable sequence: containers, strings, exceptions,
 * inheritance, references, templates, lambdas.
 *
 *     plain_cxx [--uncaught]
 */
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace shapes {

class Shape {
public:
	explicit Shape(std::string name) : name_(std::move(name)) {}
	virtual ~Shape() = default;
	virtual int area() const = 0;
	const std::string &name() const { return name_; }

protected:
	std::string name_;
	static int created;
};

int Shape::created = 0;

class Rectangle : public Shape {
public:
	Rectangle(int width, int height) : Shape("rectangle"), width_(width), height_(height)
	{
		created++;                                 // @constructor
	}
	int area() const override
	{
		return width_ * height_;                   // @rectangle-area
	}

private:
	int width_, height_;
};

class Square : public Rectangle {
public:
	explicit Square(int side) : Rectangle(side, side)
	{
		name_ = "square";
	}
};

} // namespace shapes

template <typename T> T largest(const std::vector<T> &values)
{
	T best = values.at(0);

	for (const T &value : values)
		if (best < value)
			best = value;                      // @template-loop
	return best;                                       // @template-return
}

static int checked_divide(int a, int b)
{
	if (b == 0)
		throw std::invalid_argument("division by zero"); // @throw
	return a / b;
}

static int overloaded(int value)
{
	return value + 1;                                  // @overload-int
}

static int overloaded(const std::string &text)
{
	return static_cast<int>(text.size());              // @overload-string
}

static void increment(int &reference)
{
	reference++;                                       // @reference
}

int main(int argc, char **argv)
{
	std::vector<int> numbers{3, 1, 4, 1, 5, 9, 2, 6};  // @main
	std::map<std::string, int> ages{{"ada", 36}, {"grace", 85}};
	std::string text = "hello, world";
	std::unique_ptr<shapes::Shape> shape = std::make_unique<shapes::Square>(7);
	const shapes::Shape &base = *shape;
	int caught = 0;
	int counter = 0;

	auto twice = [&counter](int value) {
		counter += value;                          // @lambda
		return 2 * value;
	};
	increment(counter);                                // @call-reference
	counter = twice(counter);                          // @call-lambda
	try {
		caught = checked_divide(1, 0);             // @try
	} catch (const std::exception &error) {
		std::printf("caught: %s\n", error.what()); // @catch
		caught = -1;
	}
	std::printf("%s area=%d largest=%d ages=%zu overloads=%d,%d\n", base.name().c_str(), base.area(), largest(numbers),
		    ages.size(), overloaded(1), overloaded(text)); // @print
	if (argc > 1 && std::strcmp(argv[1], "--uncaught") == 0)
		throw std::runtime_error("nobody catches this"); // @uncaught
	return caught == -1 && counter == 2 ? 0 : 1;       // @done
}
