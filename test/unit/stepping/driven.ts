import type { Action, Input, Machine, Position, StopCause, Transition } from '../../../src/stepping/types.js';
import type { Address, AddressRange } from '../../../src/util/address.js';

/** A machine under way, driven by hand. */
export class Driven<S extends { readonly kind: string }> {
  private state: S;
  actions: readonly Action[];

  constructor(
    private readonly machine: Machine<S>,
    { state, actions }: Transition<S>,
  ) {
    this.state = state;
    this.actions = actions;
  }

  send(input: Input): this {
    ({ state: this.state, actions: this.actions } = this.machine.transition(this.state, input));
    return this;
  }

  stop(cause: StopCause, pc: Address, rest: { thread?: number; noPlaceToEnd?: boolean } = {}): this {
    return this.send({ kind: 'stop', cause, thread: 1, pc, noPlaceToEnd: false, ...rest });
  }

  stand(position: Position): this {
    return this.send({ kind: 'position', position });
  }

  get kind(): S['kind'] {
    return this.state.kind;
  }

  get inserted(): readonly Address[] {
    return this.actions.flatMap(action => (action.kind === 'insert' ? action.addresses : []));
  }

  /** The command that was given, as `finish 1` for one in an outer frame. */
  get command(): string | undefined {
    const action = this.actions.find(each => each.kind === 'exec');
    return action?.kind === 'exec' ? `${action.command}${action.frame > 0 ? ` ${action.frame}` : ''}` : undefined;
  }

  get finished(): string | undefined {
    const action = this.actions.find(each => each.kind === 'finish');
    return action?.kind === 'finish' ? action.as : undefined;
  }

  get told(): string | undefined {
    const action = this.actions.find(each => each.kind === 'tell');
    return action?.kind === 'tell' ? action.outcome : undefined;
  }

  get held(): boolean | undefined {
    const action = this.actions.findLast(each => each.kind === 'holdOthers');
    return action?.kind === 'holdOthers' ? action.hold : undefined;
  }

  get lifted(): readonly AddressRange[] {
    return this.actions.flatMap(action => (action.kind === 'lift' ? action.ranges : []));
  }

  get removesAll(): boolean {
    return this.actions.some(action => action.kind === 'removeAll');
  }
}
