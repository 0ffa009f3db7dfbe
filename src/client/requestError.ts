import type { DebugProtocol } from '@vscode/debugprotocol';

/** The adapter's refusal of a request. */
export class DapRequestError extends Error {
  readonly command: string;
  /** The stable word for the reason (`Message.variables.code`), e.g. `notStopped`; undefined if the adapter gave none. */
  readonly code: string | undefined;
  /** `Response.message`: a word that the protocol predefines, or a text. */
  readonly shortMessage: string | undefined;
  /** Whether a user interface is to show it. */
  readonly showUser: boolean;

  constructor(response: DebugProtocol.Response) {
    const error = (response as Partial<DebugProtocol.ErrorResponse>).body?.error;
    super(error?.format ?? response.message ?? `'${response.command}' failed`);
    this.name = 'DapRequestError';
    this.command = response.command;
    this.shortMessage = response.message;
    this.code = error?.variables?.code;
    this.showUser = error?.showUser ?? false;
  }
}
