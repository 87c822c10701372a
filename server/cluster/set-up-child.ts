import { fork } from 'node:child_process';
import type { SetUpSettings, ToSupervisor } from './messages.ts';
import { StartError } from './start-error.ts';

const setUpMsMax = 120_000;

/** Runs migrations and the demo's data in a process of its own, so its memory goes with it. */
export function runSetUp(o: {
  readonly program: string;
  readonly settings: SetUpSettings;
  readonly signal: AbortSignal;
}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(o.program, [], {
      serialization: 'advanced',
      env: { TIMBRA_ROLE: 'set-up' },
      signal: o.signal,
      killSignal: 'SIGKILL',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), setUpMsMax);
    let failure = '';
    child.on('message', (message: ToSupervisor) => {
      if (message.type === 'failed') failure = message.message;
    });
    child.on('error', (error) => {
      // An abort is an error too, but there the exit is awaited: nothing may outlive the start.
      if (child.pid !== undefined) return;
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new StartError(failure || `the database set-up ended with ${signal ?? code}`));
    });
    child.send({ type: 'start', settings: o.settings }, () => {});
  });
}
