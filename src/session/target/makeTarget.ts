import { AttachTarget } from './attachTarget.js';
import { CoreTarget } from './coreTarget.js';
import { LaunchTarget } from './launchTarget.js';
import { RemoteTarget } from './remoteTarget.js';
import type { Target, TargetPorts } from './target.js';
import { waitForProcess } from './waitForProcess.js';

/**
 * The target that a configuration asks for.
 *
 * @param signal aborted where the client does not want to wait for a process any longer
 */
export async function makeTarget(ports: TargetPorts, signal: AbortSignal): Promise<Target> {
  const { beginning } = ports.config;
  switch (beginning.kind) {
    case 'launch':
      return new LaunchTarget(ports, beginning.program, beginning.setup);
    case 'attach':
      return new AttachTarget(ports, beginning.processId);
    case 'wait':
      ports.tell('console', `Waiting for a process of '${beginning.name}' to begin.\n`);
      return new AttachTarget(ports, await waitForProcess(beginning.name, signal));
    case 'core':
      return new CoreTarget(ports, beginning.coreFile);
    case 'remote':
      return new RemoteTarget(ports, beginning.remote);
  }
}
