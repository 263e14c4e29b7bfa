export interface FaultsVerdict {
  violations: string[];
  counts: Record<string, number>;
  numbers: Record<string, Record<string, unknown>>;
  folder: string | null;
}

export const MODES: string[];

export function modesOn(kind: 'sqlite' | 'postgres' | 'mariadb'): string[];

export function runFaults(options: {
  kind: 'sqlite' | 'postgres' | 'mariadb';
  mode: string;
  rounds: number;
  seed: number;
  workers?: number;
  packed?: boolean;
  realTime?: boolean;
  keep?: boolean;
  progress?: (line: string) => void;
}): Promise<FaultsVerdict>;
