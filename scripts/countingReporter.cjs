// mocha's list, and behind it what was counted, as JSON in the file that its option `file` names: a reporter is what mocha tells it.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    let failing = 0;
    let ran = 0;
    runner.on('fail', () => failing++);
    runner.on('test end', () => ran++);
    runner.once('end', () => {
      // What a failed hook keeps from running has no event of its own.
      const counts = { passing: this.stats.passes, failing, notRun: runner.total - ran + this.stats.pending };
      writeFileSync(options.reporterOptions.file, JSON.stringify(counts));
    });
  }
};
