import { userCommand } from '../mi/commands.js';
import { messageOf, RequestError } from '../util/errors.js';
import type { UserCommand } from './config/gdbAttributes.js';
import type { Gdb, Tell } from './ports.js';

/**
 * Has gdb carry out commands of the configuration, one after the other; what they print is shown.
 *
 * @param attribute where they stand, for the error
 * @throws RequestError `setupFailed` for the first that fails and whose failure is not to be ignored
 */
export async function carryOut(
  commands: readonly UserCommand[],
  attribute: string,
  { link, tell }: { readonly link: Gdb; readonly tell: Tell },
): Promise<void> {
  for (const { text, ignoreFailures } of commands) {
    try {
      const { console } = await link.send(userCommand(text));
      if (console !== '') tell('console', console);
    } catch (error) {
      if (ignoreFailures) continue;
      const message = `The command '${text}' of '${attribute}' failed: ${messageOf(error)}`;
      throw new RequestError('user', 'setupFailed', message, { cause: error });
    }
  }
}
