import type { DebugProtocol as D } from '@vscode/debugprotocol';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readDapSchema } from './dapSchema.js';

const schema = readDapSchema();
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
ajv.addSchema({ $id: 'dap', $defs: schema.$defs });

/** Compiled when first needed. */
const validators = new Map<string, ValidateFunction>();

/** What is wrong with messages that an adapter has sent, one line for each fault; empty where they keep to the protocol. */
export function faultsOf(messages: readonly D.ProtocolMessage[]): string[] {
  return messages.flatMap(message => {
    const name = definitionOf(message);
    if (name === undefined) return [`the protocol knows no such message: ${shorten(message)}`];
    return faults(name, message).map(fault => `${fault} in ${shorten(message)}`);
  });
}

function definitionOf(message: D.ProtocolMessage): string | undefined {
  switch (message.type) {
    case 'event':
      return schema.events[(message as D.Event).event];
    case 'response': {
      const { success, command } = message as D.Response;
      return success ? schema.responses[command] : 'ErrorResponse';
    }
    case 'request':
      return schema.reverseRequests[(message as D.Request).command];
    default:
      return undefined;
  }
}

function faults(name: string, message: D.ProtocolMessage): string[] {
  const validate = validators.get(name) ?? ajv.compile({ $ref: `dap#/$defs/${name.replaceAll('/', '~1')}` });
  validators.set(name, validate);
  if (validate(message)) return [];
  return (validate.errors ?? []).map(({ instancePath, message: what = 'is wrong', params }) => {
    const extra = (params as { additionalProperty?: string }).additionalProperty;
    return `${instancePath === '' ? 'the message' : instancePath} ${what}${extra === undefined ? '' : ` ('${extra}')`}`;
  });
}

function shorten(message: D.ProtocolMessage): string {
  const text = JSON.stringify(message);
  return text.length > 400 ? `${text.slice(0, 400)}...` : text;
}
