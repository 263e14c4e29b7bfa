import 'reflect-metadata';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EmayImsModule } from 'nestjs-emay-ims';
import { EmayImsMetricsModule } from 'nestjs-emay-ims/prometheus';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { parse, parseAllDocuments } from 'yaml';
import { readEnvironment, VARIABLES as SERVICE_VARIABLES } from '../../src/config/environment.js';
import { anchorsOf, readPage, ROOT } from '../docs/pages.js';
import { createTestDatabase } from '../support/databases.js';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const source = read('src/config/environment.ts');
const VARIABLES = new Set([...source.matchAll(/^ {2}([A-Z][A-Z_]+)\b/gm)].map(([, name]) => name as string));
/** Of Node.js, and what only compose.yaml reads. */
const OTHERS = new Set(['NODE_ENV', 'GATEWAY_API_KEY', 'POSTGRES_PASSWORD', 'GRAFANA_PASSWORD']);

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}
const RULES_PATH = 'deploy/prometheus/emay-ims.rules.yml';
const rules = (parse(read(RULES_PATH)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

async function metricsOfTheModule(): Promise<Set<string>> {
  const database = await createTestDatabase('sqlite');
  const registry = new Registry();
  const module = await Test.createTestingModule({
    imports: [
      EmayImsModule.forRoot({
        baseUrl: 'http://127.0.0.1:9',
        appId: 'app',
        secretKey: 'key',
        database: database.moduleOptions,
        dispatch: { enabled: false },
        reports: { enabled: false },
      }),
      EmayImsMetricsModule.forRoot({ registry }),
    ],
  }).compile();
  await module.init();
  const text = await registry.metrics();
  await module.close();
  await database.drop();
  return new Set([...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name]) => name as string));
}

/** `emay_ims_request_duration_seconds_bucket` is a series of the histogram without the suffix. */
const metricsIn = (text: string) =>
  [...text.matchAll(/\bemay_ims_\w+/g)].map(([name]) => name.replace(/(?<=_seconds)_(bucket|count|sum)$/, ''));

describe('what Prometheus and Grafana are given', () => {
  it('names metrics that the module has, and every one of them in the dashboard or a rule', async () => {
    const metrics = await metricsOfTheModule();
    const named = [...rules.flatMap(({ expr }) => metricsIn(expr)), ...metricsIn(read('deploy/grafana/emay-ims.json'))];
    expect(named.filter((name) => !metrics.has(name))).toEqual([]);
    expect([...metrics].filter((name) => !named.includes(name))).toEqual([
      'emay_ims_listening',
      'emay_ims_poll_lease_held',
      'emay_ims_lost_reports_at_most',
      'emay_ims_last_push_timestamp_seconds',
    ]);
  });

  it.each(rules)('$alert leads to a chapter that exists', ({ annotations: { runbook }, labels }) => {
    const [page = '', anchor = ''] = runbook.split('#');
    expect(anchorsOf(readPage(page))).toContain(anchor);
    expect(['page', 'ticket', 'review']).toContain(labels.severity);
  });

  it('has a rule for each alert of the operations page', () => {
    const alerts = /## Alerts\n([\s\S]*?)\n## /.exec(read('docs/operations.md'))?.[1] ?? '';
    const chapters = [...alerts.matchAll(/^\|.*\]\(([\w-]+\.md)?(#[\w-]+)\).*\|$/gm)].map(
      ([, page, anchor]) => `docs/${page ?? 'operations.md'}${anchor}`,
    );
    const runbooks = new Set(rules.map(({ annotations }) => annotations.runbook));
    // A spool file shows as a page that waits.
    const told = (chapter: string) => runbooks.has(chapter.replace('spool-files', 'report-batches-set-aside'));
    expect(chapters.length).toBeGreaterThan(10);
    expect(chapters.filter((chapter) => !told(chapter))).toEqual([]);
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  if (!promtool && process.env.CI === 'true') throw new Error('promtool is missing: apt-get install prometheus');
  (promtool ? it : it.skip)('raises each alert when it should, and none for a healthy account (promtool)', () => {
    for (const command of [
      ['check', 'rules', RULES_PATH],
      ['test', 'rules', 'deploy/prometheus/emay-ims.rules.test.yml'],
    ]) {
      const { status, stdout, stderr } = spawnSync('promtool', command, { cwd: ROOT, encoding: 'utf8' });
      expect({ status, told: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, told: '' });
    }
  });

  it('names the job as prometheus.yml does', () => {
    const { scrape_configs: jobs } = parse(read('deploy/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string }[];
    };
    const named = rules.flatMap(({ expr }) => [...expr.matchAll(/\bjob="([^"]+)"/g)].map(([, name]) => name as string));
    expect(named).toEqual(jobs.map(({ job_name }) => job_name));
  });

  it('has a promtool test for every rule', () => {
    const tested = read('deploy/prometheus/emay-ims.rules.test.yml');
    expect(rules.filter(({ alert }) => !tested.includes(alert)).map(({ alert }) => alert)).toEqual([]);
  });
});

describe('variables in the files of a deployment', () => {
  const manifests = readdirSync(join(ROOT, 'deploy/kubernetes')).map((file) => `deploy/kubernetes/${file}`);
  const files = ['.env.example', 'compose.yaml', 'Dockerfile', 'deploy/systemd/emay-ims-gateway.service', ...manifests];

  it.each(files)('%s names only those that the service reads', (file) => {
    // Of the Dockerfile, compose.yaml and the unit also what is written after them.
    const names = [
      ...read(file).matchAll(
        /\b(EMAY_IMS_[A-Z_]+|API_KEY_HASHES|RATE_LIMIT_[A-Z_]+|[A-Z]+_PASSWORD(?=[:}])|[A-Z]+_API_KEY)\b/g,
      ),
    ].map(([name]) => name);
    const unknown = names.filter((name) => !VARIABLES.has(name) && !OTHERS.has(name));
    // An example of what enableServiceLinks would add, and Grafana's and PostgreSQL's own.
    expect(unknown.filter((name) => !['EMAY_IMS_GATEWAY_PORT', 'ADMIN_PASSWORD'].includes(name))).toEqual([]);
  });

  it('the example can be uncommented and filled', () => {
    const lines = read('.env.example')
      .split('\n')
      .filter((line) => /^#?[A-Z_]+=/.test(line))
      .map((line) => line.replace(/^#/, ''));
    const given = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))) as Record<string, string>;
    const filled = {
      ...given,
      EMAY_IMS_APP_ID: 'app',
      EMAY_IMS_SECRET_KEY: 'key',
      API_KEY_HASHES: 'a'.repeat(64),
      EMAY_IMS_SANDBOX: '',
    };
    expect(readEnvironment(filled)).toMatchObject({ PORT: 3000, EMAY_IMS_RETENTION_DAYS: 90 });
  });
});

describe('what compose.yaml passes on of .env', () => {
  const compose = parse(read('compose.yaml')) as {
    services: { gateway: { environment: Record<string, string | null>; ports: string[] } };
  };
  const { environment } = compose.services.gateway;
  /** Its own for the gateway, whatever .env says. HOST is the image's, the other two are the defaults. */
  const FIXED = ['EMAY_IMS_DATABASE_URL', 'EMAY_IMS_SPOOL_PATH', 'HOST', 'PORT'];

  it('is every variable that the service reads, but for those with a value of its own', () => {
    const passed = Object.entries(environment)
      .filter(([name, value]) => value === null || value.startsWith(`\${${name}:`))
      .map(([name]) => name);
    expect(passed.toSorted()).toEqual(SERVICE_VARIABLES.filter((name) => !FIXED.includes(name)).toSorted());
  });

  it('is all that the example has for the service, and the example names the others', () => {
    const [ofService = ''] = read('.env.example').split('# --- Read by compose.yaml alone');
    const names = [...ofService.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name as string);
    expect(names.filter((name) => !(name in environment) && !FIXED.includes(name))).toEqual([]);
    const note = /^# compose\.yaml sets? .*/m.exec(ofService)?.[0] ?? '';
    expect(FIXED.filter((name) => !new RegExp(`\\b${name}\\b`).test(note))).toEqual([]);
  });

  it('says which characters may stand in what becomes a part of a URL', () => {
    const url = environment.EMAY_IMS_DATABASE_URL ?? '';
    const inUrl = [...url.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name as string);
    expect(inUrl).toEqual(['POSTGRES_PASSWORD']);
    expect(read('.env.example')).toMatch(/^# .*letters and digits only: openssl rand -hex 24\n#POSTGRES_PASSWORD=$/m);
    for (const page of ['docs/deployment.md', 'docs/deployment.zh.md'])
      expect(read(page)).toMatch(/`POSTGRES_PASSWORD`.*`openssl rand -hex 24`/);
  });

  it.each(['docs/deployment.md', 'docs/deployment.zh.md'])(
    '%s ends the trial before the gateway is a real one',
    (page) => {
      const text = read(page);
      expect(compose.services.gateway.environment.EMAY_IMS_BASE_URL).toContain('http://simulator:');
      expect(text).toMatch(
        /`docker compose down --volumes`[\s\S]*`EMAY_IMS_ALLOW_INSECURE=false`.*`POSTGRES_PASSWORD`/,
      );
      // Commands follow it in the same block.
      expect(text).toMatch(/^docker compose up --build --detach --wait\ncurl /m);
    },
  );

  it('lets the fixed ones be what it counts on', () => {
    const { PORT, EMAY_IMS_SPOOL_PATH } = readEnvironment({});
    expect(environment.EMAY_IMS_DATABASE_URL).toContain('@postgres:5432/');
    expect(compose.services.gateway.ports).toEqual([`127.0.0.1:3000:${PORT}`]);
    // In the folder that outlives the container.
    expect(join('/app', EMAY_IMS_SPOOL_PATH)).toBe('/app/data/spool');
    expect(read('Dockerfile')).toContain(' HOST=0.0.0.0');
  });
});

describe('the command line in each deployment', () => {
  const unit = read('deploy/systemd/emay-ims-gateway.service');
  const UNIT_SETTINGS = [
    ...['WorkingDirectory', 'EnvironmentFile', 'StateDirectory', 'StateDirectoryMode', 'DynamicUser'],
    'TimeoutStopSec',
  ];

  it.each(['docs/deployment.md', 'docs/deployment.zh.md'])('is in %s, by the names that the deployment has', (page) => {
    const text = read(page);
    const compose = parse(read('compose.yaml')) as { services: Record<string, unknown> };
    const { metadata } = parse(read('deploy/kubernetes/stateful-set.yaml')) as { metadata: { name: string } };
    const [, service = ''] = /`docker compose exec (\S+) node dist\/cli\/main\.js /.exec(text) ?? [];
    expect(Object.keys(compose.services)).toContain(service);
    expect(text).toContain(`\`kubectl exec -it ${metadata.name}-0 -- node dist/cli/main.js `);
    expect(text).toContain('install -m 755 deploy/systemd/emay-ims-gateway /usr/local/sbin/');
    expect(read('Dockerfile')).toMatch(/^COPY --from=build \/app\/dist dist$/m);
    expect(read('package.json')).toContain('"cli": "node dist/cli/main.js"');
  });

  it('has the variables, user and folders of the systemd unit, and takes every argument as it is written', () => {
    const folder = mkdtempSync(join(tmpdir(), 'emay-ims-'));
    try {
      writeFileSync(join(folder, 'systemd-run'), '#!/bin/sh\nprintf "%s\\0" "$@"\n', { mode: 0o755 });
      const text = "It's $5, {{name}}, ${HOME} 100%\nBye\n";
      const { status, stdout } = spawnSync('sh', ['deploy/systemd/emay-ims-gateway', 'send', '--text', text, ''], {
        cwd: ROOT,
        env: { PATH: `${folder}:${process.env.PATH}` },
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      const given = stdout.split('\0').slice(0, -1);
      const settings = unit.split('\n').filter((line) => UNIT_SETTINGS.some((name) => line.startsWith(`${name}=`)));
      const variables = unit.split('\n').filter((line) => line.startsWith('Environment='));
      const [node = '', main = ''] = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ');
      expect(settings).toHaveLength(UNIT_SETTINGS.length);
      expect(given).toEqual(expect.arrayContaining([...settings, ...variables].map((each) => `--property=${each}`)));
      // The name of the unit is that of its user.
      expect(given).toContain('--property=User=emay-ims-gateway');
      // The journal shows it.
      expect(given).toContain('--description=emay-ims-gateway command line');
      expect(given.slice(given.indexOf(node))).toEqual([
        node,
        main.replace('main.js', 'cli/main.js'),
        'send',
        '--text',
        text.replaceAll('$', '$$$$'),
        '',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ends with Ctrl-C beside a pipe on systemd, too, where systemd-run hands no signal on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emay-ims-'));
    try {
      writeFileSync(join(folder, 'systemd-run'), '#!/bin/sh\necho "$1"\nexec sleep 60\n', { mode: 0o755 });
      writeFileSync(join(folder, 'systemctl'), '#!/bin/sh\necho "systemctl $*"\n', { mode: 0o755 });
      const script = spawn('sh', ['deploy/systemd/emay-ims-gateway', 'status'], {
        cwd: ROOT,
        env: { PATH: `${folder}:${process.env.PATH}` },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      const said: string[] = [];
      for await (const text of script.stdout.setEncoding('utf8')) {
        // As a terminal does: to all of its group.
        if (said.push(String(text)) === 1) process.kill(-(script.pid as number), 'SIGINT');
      }
      const command = `emay-ims-gateway-command-${script.pid}`;
      expect(said.join('')).toBe(`--unit=${command}\nsystemctl stop ${command}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('ways and ports', () => {
  interface Probe {
    httpGet: { path: string; port: string };
  }
  interface Container {
    startupProbe: Probe;
    livenessProbe: Probe;
    readinessProbe: Probe;
    ports: { name: string; containerPort: number }[];
  }
  interface StatefulSet {
    spec: {
      serviceName: string;
      template: { spec: { containers: Container[]; terminationGracePeriodSeconds: number } };
    };
  }
  const set = parse(read('deploy/kubernetes/stateful-set.yaml')) as StatefulSet;
  const container = set.spec.template.spec.containers[0] as Container;

  it('Kubernetes asks for what the service answers', () => {
    const controller = read('src/health/health.controller.ts');
    for (const { httpGet } of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(controller).toContain(`@Get('${httpGet.path.replace('/health/', '')}')`);
      expect(container.ports.map(({ name }) => name)).toContain(httpGet.port);
    }
    const services = parseAllDocuments(read('deploy/kubernetes/service.yaml')).map(
      (document) => document.toJS() as { metadata: { name: string } },
    );
    expect(services.map(({ metadata }) => metadata.name)).toContain(set.spec.serviceName);
  });

  it('the emergency stop names what the files name, and a line that the start logs', () => {
    const { metadata } = parse(read('deploy/kubernetes/stateful-set.yaml')) as {
      metadata: { name: string; labels: Record<string, string> };
    };
    const [[label, name]] = Object.entries(metadata.labels) as [[string, string]];
    expect(read('src/start/serve.ts')).toContain("'EMAY_IMS_DISPATCH is false: ");
    for (const page of ['docs/operations.md', 'docs/operations.zh.md']) {
      const stop = read(page)
        .split(/^## /m)
        .find((chapter) => /^(Emergency stop|紧急停发)$/m.test(chapter)) as string;
      expect(stop.match(/grep 'EMAY_IMS_DISPATCH is false'$/gm)).toHaveLength(3);
      expect(stop.match(/^kubectl (scale|set env) statefulset\/(\S+)/gm)).toEqual([
        `kubectl scale statefulset/${metadata.name}`,
        `kubectl set env statefulset/${metadata.name}`,
        `kubectl scale statefulset/${metadata.name}`,
      ]);
      expect(stop).toContain(`kubectl wait --for=delete pod -l ${label}=${name} `);
      expect(stop).toMatch(/^docker compose stop gateway\n.*\ndocker compose up -d gateway$/m);
    }
  });

  it('every way to stop leaves the time that calls in flight may take, and the pages say how much that is', () => {
    const shutdown = read('libs/emay-ims/src/account/account-shutdown.ts');
    const timeouts = Number(/return (\d+) \* this\.options\.http\.timeoutMs \+ STORING_MS;/.exec(shutdown)?.[1]);
    const [storing, releasing] = ['STORING_MS', 'RELEASING_MS'].map(
      (name) => Number(new RegExp(`const ${name} = ([\\d_]+);`).exec(shutdown)?.[1]?.replace('_', '')) / 1_000,
    ) as [number, number];
    const longest = (timeouts * readEnvironment({}).EMAY_IMS_TIMEOUT_MS) / 1_000 + storing + releasing;
    for (const page of ['docs/instances.md', 'docs/instances.zh.md'])
      expect([...read(page).matchAll(/(\d+) × `http\.timeoutMs` \+ (\d+)/g)].map((each) => each.slice(1))).toEqual([
        [`${timeouts}`, `${storing + releasing}`],
        [`${timeouts}`, `${storing}`],
      ]);
    const given = set.spec.template.spec.terminationGracePeriodSeconds;
    for (const page of ['docs/deployment.md', 'docs/deployment.zh.md'])
      expect(read(page)).toContain(`\`terminationGracePeriodSeconds: ${given}\``);
    const unit = read('deploy/systemd/emay-ims-gateway.service');
    const compose = parse(read('compose.yaml')) as { services: { gateway: { stop_grace_period: string } } };
    for (const seconds of [
      given,
      Number(/TimeoutStopSec=(\d+)/.exec(unit)?.[1]),
      Number.parseInt(compose.services.gateway.stop_grace_period, 10),
    ])
      expect(seconds).toBeGreaterThanOrEqual(longest);
  });
});
