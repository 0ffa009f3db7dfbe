import type { DebugProtocol as D } from '@vscode/debugprotocol';
import {
  objectList,
  optionalNumber,
  optionalString,
  requireNumber,
  requireObject,
  requireString,
} from '../dap/arguments.js';
import { parseAddress } from '../util/address.js';
import { RequestError } from '../util/errors.js';
import type { Modifiers } from './breakpointCondition.js';
import type { Place } from './breakpointTable.js';

/** A breakpoint that a client asks for. */
export interface Wish {
  readonly place: Place;
  readonly modifiers: Modifiers;
}

/** @throws RequestError `noPath`, `badArguments` */
export function sourceWishes(args: D.SetBreakpointsArguments): {
  readonly path: string;
  readonly wanted: readonly Wish[];
} {
  const path = optionalString(requireObject(args, 'source'), 'path');
  if (path === undefined) throw new RequestError('user', 'noPath', "Breakpoints need the source's path.");
  const wanted = objectList(args, 'breakpoints').map(item => ({
    place: { kind: 'source' as const, path, line: requireNumber(item, 'line') },
    modifiers: { ...modifiers(item), mode: modeOf(item), logMessage: optionalString(item, 'logMessage') },
  }));
  return { path, wanted };
}

/** @throws RequestError `badArguments` */
export function functionWishes(args: D.SetFunctionBreakpointsArguments): readonly Wish[] {
  return objectList(args, 'breakpoints').map(item => ({
    place: { kind: 'function' as const, name: requireString(item, 'name') },
    modifiers: modifiers(item),
  }));
}

/** @throws RequestError `badAddress`, `badArguments` */
export function instructionWishes(args: D.SetInstructionBreakpointsArguments): readonly Wish[] {
  return objectList(args, 'breakpoints').map(item => ({
    place: instructionPlace(item),
    modifiers: { ...modifiers(item), mode: modeOf(item) },
  }));
}

function modeOf(item: D.SourceBreakpoint | D.InstructionBreakpoint): Modifiers['mode'] {
  const mode = optionalString(item, 'mode');
  if (mode === undefined || mode === 'hardware' || mode === 'software') return mode;
  throw new RequestError('user', 'badArguments', `'${mode}' is no breakpoint mode: hardware, software.`);
}

function modifiers(item: D.FunctionBreakpoint | D.SourceBreakpoint | D.InstructionBreakpoint): Modifiers {
  return { condition: optionalString(item, 'condition'), hitCondition: optionalString(item, 'hitCondition') };
}

function instructionPlace(item: D.InstructionBreakpoint): Place {
  const reference = requireString(item, 'instructionReference');
  const address = parseAddress(reference);
  if (address === undefined) throw new RequestError('user', 'badAddress', `'${reference}' is no address.`);
  return { kind: 'instruction', address: address + BigInt(optionalNumber(item, 'offset') ?? 0) };
}
