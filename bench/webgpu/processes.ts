/** Runs a program that answers in lines of JSON, handing on each as it comes; what was said before it fails is kept. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Text of its standard error that is kept for a message. */
const KEPT = 4000;

/** What went wrong, or undefined. */
export async function converse(
  command: readonly [string, ...string[]],
  seconds: number,
  hear: (line: object) => void,
): Promise<string | undefined> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  let late = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-KEPT);
  });
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, seconds * 1000);
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else if (late) resolve(`took longer than ${seconds} s`);
      else resolve(`ended with ${signal ?? code}: ${said(complaints)}`);
    });
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) hear(JSON.parse(line) as object);
  }
  const problem = await ended;
  clearTimeout(timer);
  return problem;
}

/** The line that speaks of an error, or the last ones. */
function said(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /^\w*Error: /.test(line)) ?? lines.slice(-2).join(' ')).trim();
}
