import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in these; `getconf CLK_TCK` says 100 on every machine that Node runs on. */
const usPerTick = 10_000;

type Stat = { parent: number; cpuUs: number; reapedUs: number };

/** A process's own time in all its threads, and that of children it has already buried. */
export function parseStat(text: string): Stat {
  // The name stands in brackets and may hold anything; what follows is split by blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (from: number): number => (Number(fields[from]) + Number(fields[from + 1])) * usPerTick;
  return { parent: Number(fields[1]), cpuUs: ticks(11), reapedUs: ticks(13) };
}

function statOf(pid: number | string): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined; // it ended in between
  }
}

/** CPU of one process in µs since its start. */
export function cpuUsOf(pid: number): number {
  return statOf(pid)?.cpuUs ?? 0;
}

/** CPU of a process and of all its children, those that have ended included (PostgreSQL's backends). */
export function cpuUsOfTree(pid: number): number {
  const own = statOf(pid);
  if (!own) return 0;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(name))
    .filter((stat) => stat?.parent === pid);
  return children.reduce((sum, stat) => sum + stat!.cpuUs, own.cpuUs + own.reapedUs);
}

export function residentMb(pid: number): number {
  try {
    const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kib) / 1_024);
  } catch {
    return 0;
  }
}
