import { formatAddress, parseAddress, type Address } from '../util/address.js';

/** What a name, or a chain of members, elements and parentheses, looks like: it binds tighter than every operator. */
const POSTFIX = /^(::)?[A-Za-z_$][\w$]*((\.|->|::)[A-Za-z_$][\w$]*|\[\d+\])*$/;

/** Names, members, elements, casts and arithmetic. */
const PLAIN = /^[\w$.:<>[\]()*&,\s+-]+$/;

/** What a call looks like: a parenthesis behind a name, an element, or another parenthesis. */
const CALL = /[\w$\])>]\s*\(/;

/**
 * Brings a user's expression into the form that {@link memberOf}, {@link elementOf} and {@link targetOf} build on: a
 * postfix expression, or `*` and a postfix expression.
 */
export function operand(expression: string): string {
  const text = expression.trim();
  return POSTFIX.test(text.startsWith('*') ? text.slice(1) : text) ? text : `(${text})`;
}

/** The expression of a member; `base` is an {@link operand} of a structure. */
export function memberOf(base: string, member: string): string {
  return base.startsWith('*') ? `${base.slice(1)}->${member}` : `${base}.${member}`;
}

/** The expression of an array's element. */
export function elementOf(base: string, index: number): string {
  return `${base.startsWith('*') ? `(${base})` : base}[${index}]`;
}

/** The expression of what a pointer points to. */
export function targetOf(pointer: string): string {
  return pointer.startsWith('*') ? `*(${pointer})` : `*${pointer}`;
}

/** The expression of a base class' part of an object, spelled as gdb's own `-var-info-path-expression` does. */
export function baseClassOf(base: string, type: string): string {
  return `((class ${type}) ${base})`;
}

/**
 * Whether evaluating the expression again does no harm: it neither calls a function nor assigns. (A C++ operator that
 * hides behind `[]` or `*` counts as harmless.)
 */
export function isPlain(expression: string): boolean {
  return PLAIN.test(expression) && !CALL.test(expression) && !/--|\+\+/.test(expression);
}

/** Whether an expression assigns, which looking at it must not do. Text in quotes may be taken for code: better refused. */
export function assigns(expression: string): boolean {
  return /\+\+|--|<<=|>>=|(^|[^=!<>])=(?!=)/.test(expression);
}

/** Whether a line of gdb's command line assigns to something that begins with `$`: of registers gdb tells nothing. */
export function setsRegister(line: string): boolean {
  return line.includes('$') && assigns(line);
}

/** The address that a pointer's or a reference's value begins with (`0x4011 "text"`, `@0x7ffd: 5`), for DAP. */
export function memoryReferenceIn(value: string): string | undefined {
  const text = /^(?:\(.*?\) )?@?(0x[0-9a-f]+)/.exec(value)?.[1];
  const address = text === undefined ? undefined : parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
}

/** The first dimension of an array type as gdb prints it: 3 for `int [3][4]`. */
export function arrayLengthIn(type: string): number | undefined {
  const digits = /\[(\d+)\](?:\[\d+\])*$/.exec(type)?.[1] ?? /\(\*\[(\d+)\](?:\[\d+\])*\)\(/.exec(type)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether a value is a pointer's that points to something. */
export function isPointer(value: string): boolean {
  return /^(\(.*?\) )?0x[0-9a-f]+/.test(value) && !/^(\(.*?\) )?0x0(?![0-9a-f])/.test(value);
}

/** Whether a pointer's value already shows all that is behind it: a text, or nothing that can be read. */
export function isOpaquePointer(type: string, value: string): boolean {
  return (
    /0x[0-9a-f]+ [uUL8]*"/.test(value) ||
    /^(const |volatile )*void( const| volatile)* \*( const| volatile)*$/.test(type) ||
    /\(\*(const)?\)\(/.test(type)
  );
}

/** The address of the function that a value of a pointer to functions points to, as `0x401136 <main>`. */
export function functionAddressIn(value: string, type: string): Address | undefined {
  // What a type with a name of its own points to is found out where somebody asks for the source.
  if (!/\(\*(const)?\)\(/.test(type) && !/^(const )?[A-Za-z_][\w:]*$/.test(type)) return undefined;
  const match = /^(?:\(.*\) )?@?(0x[0-9a-f]+) <[^+]+>$/.exec(value);
  return match?.[1] === undefined ? undefined : parseAddress(match[1]);
}

/** Whether a value is an integer in decimal, also with its character behind it: `97 'a'`. */
export function isInteger(value: string): boolean {
  return /^-?\d+( '.*')?$/.test(value);
}

/** The value of a reference without the address in front: `5` for `@0x7ffd: 5`. */
export function withoutReference(value: string): string {
  return value.replace(/^@0x[0-9a-f]+: /, '');
}

/** On one line: the user's `print pretty` may have spread it over many. */
export function oneLine(value: string): string {
  return value.trim().replace(/\s*\n\s*/g, ' ');
}

/** How an error stands in the place of a value. */
export function errorValue(message: string): string {
  return `<${oneLine(message)}>`;
}
