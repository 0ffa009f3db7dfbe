import type { DebugProtocol as D } from '@vscode/debugprotocol';
import assert from 'node:assert/strict';
import { readDapSchema } from '../../support/dapSchema.js';
import { faultsOf } from '../../support/dapValidation.js';

const BASE = { seq: 1, type: 'event' };
const RESPONSE = { seq: 1, type: 'response', request_seq: 1, success: true };
const REGION = {
  id: 'a',
  kind: 'key',
  preludes: [],
  exits: [],
  limits: [],
  seen: { committed: 0, aborted: 0, exited: 0 },
};

function faults(message: object): string[] {
  return faultsOf([message as D.ProtocolMessage]);
}

describe('the check of what the adapter sends', () => {
  const good: readonly (readonly [what: string, message: object])[] = [
    ['an event', { ...BASE, event: 'stopped', body: { reason: 'step', threadId: 1 } }],
    ['an event whose reason is a word of our own', { ...BASE, event: 'stopped', body: { reason: 'x' } }],
    ['an event without a body', { ...BASE, event: 'initialized' }],
    ['a percentage with a fraction', { ...BASE, event: 'progressUpdate', body: { progressId: 'a', percentage: 1.5 } }],
    ['a response', { ...RESPONSE, command: 'threads', body: { threads: [{ id: 1, name: 'a' }] } }],
    ['a refusal', { ...RESPONSE, success: false, command: 'x', message: 'no', body: { error: { id: 1, format: '' } } }],
    [
      'an event of our own',
      { ...BASE, event: 'rseq', body: { threadId: 1, region: '', outcome: 'exited', address: '' } },
    ],
    ['a response of our own', { ...RESPONSE, command: 'rseq/regions', body: { regions: [REGION] } }],
    [
      'a reverse request',
      { seq: 1, type: 'request', command: 'runInTerminal', arguments: { cwd: '/', args: [], env: { A: null } } },
    ],
  ];
  for (const [what, message] of good) {
    it(`takes ${what}`, () => {
      assert.deepEqual(faults(message), []);
    });
  }

  const bad: readonly (readonly [what: string, message: object, fault: RegExp])[] = [
    ['a body that lacks something', { ...BASE, event: 'stopped', body: {} }, /^\/body must have .*'reason'/],
    ['a missing body', { ...BASE, event: 'stopped' }, /must have required property 'body'/],
    ['a member of the wrong type', { ...BASE, event: 'exited', body: { exitCode: '1' } }, /exitCode must be integer/],
    ['a fraction', { ...BASE, event: 'exited', body: { exitCode: 1.5 } }, /exitCode must be integer/],
    ['null', { ...BASE, event: 'stopped', body: { reason: 'x', text: null } }, /text must be string/],
    ['what the protocol does not name', { ...BASE, event: 'exited', body: { exitCode: 1, x: 1 } }, /'x'/],
    [
      'the same in a list behind a reference',
      { ...RESPONSE, command: 'threads', body: { threads: [{ id: 1, name: 'a', state: 1 }] } },
      /^\/body\/threads\/0 .*'state'/,
    ],
    ['a word that is none of the allowed', { ...BASE, event: 'breakpoint', body: { reason: 'x' } }, /breakpoint/],
    ['an event that does not exist', { ...BASE, event: 'stoped' }, /knows no such message/],
    ['an error without a body', { ...RESPONSE, success: false, command: 'x', message: 'no' }, /'body'/],
    ['a wrong event of our own', { ...BASE, event: 'rseq', body: { threadId: 1 } }, /'region'/],
    [
      'a wrong word in one of our own',
      { ...RESPONSE, command: 'rseq/regions', body: { regions: [{ ...REGION, kind: 'x' }] } },
      /kind/,
    ],
  ];
  for (const [what, message, fault] of bad) {
    it(`tells of ${what}`, () => {
      assert.match(faults(message).join('\n'), fault);
    });
  }
});

describe("the protocol's schema", () => {
  const { requests, responses, reverseRequests, events, $defs } = readDapSchema();

  it('has a response for each request', () => {
    assert.ok(Object.keys(requests).length >= 43);
    for (const command of [...Object.keys(requests), ...Object.keys(reverseRequests)]) {
      assert.ok(command in responses, command);
    }
    assert.ok('loadedSource' in events);
  });

  it('has a definition behind each reference', () => {
    const references = JSON.stringify($defs).matchAll(/"#\/\$defs\/([^"]+)"/g);
    assert.deepEqual(
      [...references].map(([, name]) => name).filter(name => !((name ?? '') in $defs)),
      [],
    );
  });
});
