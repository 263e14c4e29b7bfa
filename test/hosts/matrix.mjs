import { PACKAGE_MANAGERS } from './package-managers.mjs';

/** Binaries of the npm registry: the oldest Node that may `require` an ES module, and later ones. */
export const NODES = { 20: '20.19.0', 22: '22.23.3', 24: '24.21.0' };

const ESM = 'ESM';
const COMMONJS = 'CommonJS';

/**
 * Every host. `nodes`, `databases` and `managers` are what the small matrix runs it on; by default npm alone installs it.
 * `more` are package managers of the large matrix; `redis` is for those that need it as well; `isLarge` keeps a host out of the
 * small matrix, unless it is named; `only` are the Nodes on which it can run at all.
 */
export const HOSTS = [
  { name: 'nest-12-esm', modules: ESM, nodes: [22], databases: ['sqlite'] },
  { name: 'nest-12-complete', modules: ESM, nodes: [20, 22, 24], databases: ['sqlite'] },
  { name: 'nest-12-datasource', modules: ESM, nodes: [20], databases: ['postgres', 'mariadb'] },
  { name: 'nest-12-accounts', modules: ESM, nodes: [24], databases: ['sqlite'] },
  { name: 'nest-12-early', modules: ESM, nodes: [22], databases: ['sqlite'], redis: true },
  { name: 'nest-12-monorepo', modules: ESM, nodes: [22], databases: ['sqlite'] },
  { name: 'nest-12-rspack', modules: ESM, nodes: [22], databases: ['sqlite'] },
  { name: 'nest-11-commonjs', modules: COMMONJS, nodes: [20, 22, 24], databases: ['sqlite'] },
  { name: 'nest-11-datasource', modules: COMMONJS, nodes: [22], databases: ['postgres', 'mariadb'] },
  {
    name: 'nest-11-typeorm-12',
    modules: COMMONJS,
    nodes: [24],
    databases: ['postgres', 'mariadb'],
    isLarge: true,
    only: [24],
  },
  { name: 'nest-11-oldest', modules: COMMONJS, nodes: [20], databases: ['sqlite'] },
  {
    name: 'nest-11-new',
    modules: COMMONJS,
    nodes: [20],
    databases: ['sqlite'],
    managers: ['npm', 'pnpm'],
    more: ['yarn 1', 'yarn 4'],
  },
  { name: 'nest-11-webpack', modules: COMMONJS, nodes: [20], databases: ['sqlite'] },
  { name: 'without-optional-peers', modules: ESM, nodes: [20], databases: [null] },
  { name: 'simulator-alone', modules: ESM, nodes: [20], databases: [null] },
];

/**
 * The runs asked for: each one host on one Node and one database, installed by one package manager.
 *
 * @param only names of hosts; default: the small matrix
 * @param node one of `NODES`, for all of them; default: what each host names
 * @param manager one of `PACKAGE_MANAGERS`, for all of them; default: what each host names
 * @param all every host on every Node, by every package manager it names
 */
export function selectRuns({ only = [], node, manager, all = false }) {
  const unknown = only.filter((name) => !HOSTS.some((host) => host.name === name));
  if (unknown.length > 0) throw new Error(`There is no host ${unknown.join(', ')}; --list prints them.`);
  if (node !== undefined && !(node in NODES)) throw new Error(`--node is one of ${Object.keys(NODES).join(', ')}.`);
  if (manager !== undefined && !(manager in PACKAGE_MANAGERS))
    throw new Error(`--manager is one of ${Object.keys(PACKAGE_MANAGERS).join(', ')}.`);
  const wanted = HOSTS.filter(({ name, isLarge }) => (only.length === 0 ? all || !isLarge : only.includes(name)));
  return wanted.flatMap(({ managers = ['npm'], more = [], only: possible = Object.keys(NODES), ...host }) => {
    const nodes = node !== undefined ? [node] : all ? possible : host.nodes;
    const installers = manager !== undefined ? [manager] : all ? [...managers, ...more] : managers;
    return installers.flatMap((installer) =>
      nodes.flatMap((major) =>
        host.databases.map((database) => ({ ...host, manager: installer, node: NODES[major], database })),
      ),
    );
  });
}
