import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeInChromium, SimulatorPage } from './simulator-page.js';

describeInChromium("the simulator's page: refreshing", (browser) => {
  let opened: SimulatorPage;
  beforeAll(async () => {
    opened = await SimulatorPage.open(browser(), {}, {}, { isClockFixed: true });
  });
  afterAll(async () => {
    await opened?.close();
  });

  const goesOn = () => {
    opened.asked.length = 0;
    return opened.settles(async () => {
      await opened.page.clock.runFor(1_000);
      return opened.asked.length > 10;
    });
  };
  const rests = async () => {
    opened.asked.length = 0;
    await opened.page.clock.runFor(10_000);
    // What was asked for before this is seen before this.
    const last = `${opened.bench.simulator.url}/_simulator/catalogue`;
    await opened.page.evaluate(`fetch('${last}').then((response) => response.text())`);
    await opened.settles(async () => opened.asked.includes(last));
    expect(opened.asked).toEqual([last]);
  };
  const setHidden = (isHidden: boolean) =>
    opened.page.evaluate(`{
      Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }`);

  it('goes on, and rests while the page is paused or hidden', async () => {
    await goesOn();

    await opened.button('Pause').click();
    await rests();
    await opened.bench.single('0061422118000');
    // What is done here is shown all the same, once.
    await opened.turnOn('late-reports');
    await opened.rowTexts('message', 1);
    await rests();
    await opened.button('Resume').click();
    await goesOn();

    await setHidden(true);
    await opened.button('Pause').click();
    await opened.button('Resume').click();
    await rests();
    await opened.bench.single('0061422118001');
    await setHidden(false);
    await opened.rowTexts('message', 2);
    await goesOn();
  });
});
