import type { FrameContext } from '../mi/commands.js';
import { dataEvaluateExpression } from '../mi/commandsInspection.js';
import { integerAt } from '../mi/fields.js';
import type { Gdb } from './ports.js';
import { memberOf } from './valueFormat.js';
import type { VarObject } from './varobjs.js';

/** The most elements that DAP can number. */
const MOST = 2 ** 31 - 1;

/** What libstdc++'s pretty printer says of a vector; of a `std::vector<bool>`, whose elements are bits, it says otherwise. */
const SHOWN = /^std::(?:__debug::|__cxx1998::)?vector of length (\d+), capacity \d+(?= = |$)/;

const TYPE = /^(const )?std::(__debug::|__cxx1998::)?vector</;

/**
 * How many elements a vector has, by the text that its pretty printer shows; undefined for other texts. Before a vector
 * has been made it is garbage, however large.
 */
export function vectorLengthIn(text: string): number | undefined {
  const digits = SHOWN.exec(text)?.[1];
  return digits === undefined ? undefined : Math.min(Number(digits), MOST);
}

/**
 * The elements of a libstdc++ vector, of which a part can be read by itself: gdb makes the children of a pretty-printed
 * value from the first one on, so the last page of a million would take as long as all of them.
 *
 * @param expression for the vector
 * @returns an expression to put `[0]` behind, and the number of elements; undefined for everything else
 */
export async function vectorElements(
  object: VarObject,
  expression: string,
  context: FrameContext | undefined,
  gdb: Gdb,
): Promise<{ readonly of: string; readonly length: number } | undefined> {
  if (!object.dynamic || !TYPE.test(object.type ?? '')) return undefined;
  const data = memberOf(expression, '_M_impl');
  const of = memberOf(data, '_M_start');
  try {
    const { results } = await gdb.send(dataEvaluateExpression(`${memberOf(data, '_M_finish')} - ${of}`, context));
    const length = integerAt(results, 'value');
    return length === undefined || length < 0 ? undefined : { of, length: Math.min(length, MOST) };
  } catch {
    // Of bits, or of another library: its pretty printer is the way to the elements.
    return undefined;
  }
}
