import { Agent } from 'node:http';
import axios from 'axios';
import { contend, must } from '../support/contender.js';
import { signed, toWire, type SendEntry } from '../support/gateway-calls.js';
import { measureSends, type SendsTask } from './sends.js';

/**
 * A bare axios post: nothing stored, nothing checked.
 *
 * Fair, because it is the same HTTP client that Nest's `HttpService` wraps, with connections kept alive.
 */
await contend(async (task: SendsTask) => {
  const httpAgent = new Agent({ keepAlive: true });
  const http = axios.create({ baseURL: task.gatewayUrl, httpAgent });
  const sample = await measureSends(task, async (message) => {
    const { data } = await http.post<{ data: SendEntry }>('/inter/sendSingleIMS', signed(toWire(message)));
    must(data.data.imsId !== '', () => 'accepted without a gateway id');
  });
  httpAgent.destroy();
  return sample;
});
