import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { runDemo } from '../../src/cli/demo.js';

/** Collects what is written. */
class Text extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

describe('rseq-dap demo', function () {
  this.timeout(30_000);

  it('shows each step, the region that it ran through, the result of the program, and the same without awareness', async () => {
    const [out, err] = [new Text(), new Text()];
    assert.equal(await runDemo(['counter_cs'], out, err), 0, out.text + err.text);
    assert.equal(
      out.text.match(/next by line .*counter_inc:\d+ .*through counter_cs\+0x[0-9a-f]+: committed/g)?.length,
      4,
    );
    assert.match(out.text, /result: sum=40 expected=40 aborts=0 retries=0/);
    assert.match(out.text, /awareness off: 12 steps, the program counts 0 commits and [1-9]/);
  });

  it('says what there is to do where it knows no such sample', async () => {
    const [out, err] = [new Text(), new Text()];
    assert.equal(await runDemo(['nothing'], out, err), 2);
    assert.match(err.text, /no sample is called nothing.*npm run demo/);
  });
});
