import assert from 'node:assert/strict';
import {
  arrayLengthIn,
  assigns,
  baseClassOf,
  elementOf,
  isOpaquePointer,
  isPlain,
  isPointer,
  memberOf,
  memoryReferenceIn,
  operand,
  targetOf,
  withoutReference,
} from '../../../src/session/valueFormat.js';

describe('the expressions of parts of a value', () => {
  it('are as short as a programmer would write them', () => {
    assert.equal(memberOf(operand('a.b'), 'c'), 'a.b.c');
    assert.equal(memberOf(targetOf(operand('node')), 'next'), 'node->next');
    assert.equal(memberOf(targetOf('node->next'), 'next'), 'node->next->next');
    assert.equal(elementOf(operand('a[1]'), 2), 'a[1][2]');
  });

  it('keep the meaning of operators', () => {
    assert.equal(memberOf(operand('a + b'), 'c'), '(a + b).c');
    assert.equal(elementOf(targetOf('p'), 3), '(*p)[3]');
    assert.equal(targetOf(targetOf('pp')), '*(*pp)');
    assert.equal(memberOf(targetOf(targetOf('pp')), 'x'), '(*pp)->x');
    assert.equal(memberOf(operand('*p'), 'x'), 'p->x');
    assert.equal(memberOf(operand('*p + 1'), 'x'), '(*p + 1).x');
    assert.equal(memberOf(baseClassOf('*p', 'Base<int>'), 'x'), '((class Base<int>) *p).x');
  });
});

describe('an expression that may be evaluated again', () => {
  const plain = ['i', 'a.b->c[2]', '*p', '&x + 1', '(struct node *) p', '((class Base) d).b', '$rax', 'ns::x'];
  const others = ['f()', 'f (1)', 'i++', '--i', 'i = 1', 'i += 1', 'v[0](1)', '(*fp)(1)', 'f<int>(1)'];
  for (const text of plain)
    it(`is ${text}`, () => {
      assert.ok(isPlain(text));
    });
  for (const text of others)
    it(`is not ${text}`, () => {
      assert.ok(!isPlain(text));
    });
});

describe('an expression that assigns', () => {
  for (const text of ['a = 1', 'a=1', 'a += 1', 'a <<= 1', 'a++', '--a', 'x == 1 ? (a = 2) : 3']) {
    it(`is ${text}`, () => {
      assert.ok(assigns(text));
    });
  }
  for (const text of ['a == 1', 'a != 1', 'a <= 1', 'a >= 1', 'a->b', 'a - b']) {
    it(`is not ${text}`, () => {
      assert.ok(!assigns(text));
    });
  }
});

describe("what gdb's texts of values and types say", () => {
  it('is the address of a pointer and of a reference', () => {
    assert.equal(memoryReferenceIn('0x00401136 <main+4>'), '0x401136');
    assert.equal(memoryReferenceIn('@0x7ffd: 5'), '0x7ffd');
    assert.equal(memoryReferenceIn('(void (*)(int)) 0x401 <f>'), '0x401');
    assert.equal(memoryReferenceIn('12'), undefined);
    assert.equal(memoryReferenceIn('{a = 0x1}'), undefined);
  });

  it('is the first dimension of an array, and that of an array of pointers to functions', () => {
    assert.equal(arrayLengthIn('int [3][4]'), 3);
    assert.equal(arrayLengthIn('struct node [10]'), 10);
    assert.equal(arrayLengthIn('void (*[2])(int)'), 2);
    assert.equal(arrayLengthIn('int (*)[3]'), 3);
    assert.equal(arrayLengthIn('std::array<int, 3>'), undefined);
  });

  it('is whether a pointer leads somewhere', () => {
    assert.ok(isPointer('0x1234'));
    assert.ok(isPointer('(int *) 0x1234'));
    assert.ok(!isPointer('0x0'));
    assert.ok(!isPointer('1234'));
    assert.ok(isPointer('0x0a'));
  });

  it('is whether a pointer shows already all that is behind it', () => {
    assert.ok(isOpaquePointer('char *', '0x1234 "text"'));
    assert.ok(isOpaquePointer('wchar_t *', '0x1234 L"text"'));
    assert.ok(isOpaquePointer('const void *', '0x1234'));
    assert.ok(isOpaquePointer('int (*)(int)', '0x1234 <f>'));
    assert.ok(!isOpaquePointer('struct node *', '0x1234 <first>'));
    assert.ok(!isOpaquePointer('void **', '0x1234'));
  });

  it('is the value that a reference refers to', () => {
    assert.equal(withoutReference('@0x7ffd: {x = 1}'), '{x = 1}');
    assert.equal(withoutReference('5'), '5');
  });
});
