import { afterEach, describe, expect, it, jest } from '@jest/globals';
import axios from 'axios';
import { Bench, MESSAGE } from './support/client-under-test.js';
import { answering } from './support/raw-server.js';

const bench = new Bench();
afterEach(() => bench.close());

const SUCCESS = answering('{"code":"SUCCESS"}');

describe("the host's own defaults for its calls do not apply", () => {
  const before = { ...axios.defaults };
  const headersBefore = structuredClone(axios.defaults.headers);
  afterEach(() => {
    for (const name of Object.keys(axios.defaults)) delete (axios.defaults as Record<string, unknown>)[name];
    Object.assign(axios.defaults, before, { headers: headersBefore });
  });

  it('headers, such as a token for another service', async () => {
    const gateway = await bench.server(SUCCESS);
    await bench.client(gateway.url).sendSingleIms(MESSAGE);
    axios.defaults.headers.common.Authorization = 'Bearer of-the-host';
    axios.defaults.headers.post.Expect = '100-continue';
    Object.assign(axios.defaults.headers, { 'X-Tenant': 'of-the-host' });
    await bench.client(gateway.url).sendSingleIms(MESSAGE);
    const [usual, withDefaults] = gateway.requests.map(({ headers }) => headers);
    expect(Object.keys(withDefaults ?? {})).toEqual(Object.keys(usual ?? {}));
    expect(JSON.stringify(withDefaults)).not.toContain('of-the-host');
  });

  it('and stay as they are where a test has axios.create return axios itself', async () => {
    const create = jest.spyOn(axios, 'create').mockReturnValue(axios);
    bench.client('http://127.0.0.1:1');
    create.mockRestore();
    expect(Object.keys(axios.defaults)).toEqual(Object.keys(before));
    expect(axios.defaults.adapter).toBe(before.adapter);
  });

  it('anything else that axios takes', async () => {
    const gateway = await bench.server(SUCCESS);
    Object.assign(axios.defaults, {
      baseURL: 'http://127.0.0.1:1',
      params: { tenant: 'of-the-host' },
      auth: { username: 'of', password: 'the-host' },
      signal: AbortSignal.abort(),
      transformRequest: [() => 'of the host'],
      transformResponse: [() => 'of the host'],
      validateStatus: () => false,
      timeout: 1,
    });
    await expect(bench.client(gateway.url).sendSingleIms(MESSAGE)).resolves.toMatchObject({ kind: 'accepted' });
    expect(gateway.requests[0]?.head).toMatch(/^POST \/inter\/sendSingleIMS HTTP/);
  });
});
