import type { ComponentChildren } from 'preact';

type Fact = readonly [string, ComponentChildren];

/** Names and values; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (Fact | false)[] }) {
  const given = facts.filter((fact): fact is Fact => fact !== false && isThere(fact[1]));
  return (
    <dl class="facts">
      {given.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const isThere = (value: ComponentChildren): boolean =>
  value !== null && value !== undefined && value !== false && value !== '';
