const TIMEOUT_MS = 5_000;

/** The simulator did not answer at all. */
export class ConnectionLost extends Error {}

/** The simulator said no; the message is its sentence. */
export class Refused extends Error {}

export const get = (path) => call('GET', path);
export const post = (path, value = {}) => call('POST', path, value);
export const remove = (path) => call('DELETE', path);

/** All that the page shows, as of about the same moment. */
export async function loadSnapshot(limit) {
  const [overview, accepted, handedOut, pending, requests] = await Promise.all([
    get(''),
    ...['accepted', 'handed-out', 'pending-reports', 'requests'].map((list) => get(`/${list}?limit=${limit}`)),
  ]);
  return {
    overview,
    accepted: accepted.items,
    handedOut: handedOut.items,
    pending: pending.items,
    requests: requests.items,
  };
}

async function call(method, path, value) {
  const body =
    value === undefined ? {} : { body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } };
  let response;
  let answer;
  try {
    response = await fetch(`_simulator${path}`, { method, ...body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    // What is no JSON comes from something in between.
    answer = text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    throw new ConnectionLost(String(error), { cause: error });
  }
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}
