/** What a whole run takes on two idle cores. */
const MINUTES = 10;
const WHOLE_RUN_SUITES = 150;

/** A reporter of jest that says at the start of a whole run how long it takes. */
export default class DurationNotice {
  onRunStart({ numTotalTestSuites }) {
    if (numTotalTestSuites < WHOLE_RUN_SUITES) return;
    process.stderr.write(`${numTotalTestSuites} suites; on two idle cores they take about ${MINUTES} minutes.\n`);
  }
}
