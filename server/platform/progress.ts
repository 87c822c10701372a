/** What is written to: a stream, a terminal or not. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface Progress {
  /** So many are done. */
  at(done: number): void;
  /** The last line. */
  end(text: string): void;
}

const barLetters = 30;
/** A log is not a terminal: there a line now and then is enough. */
const lineEveryMs = 5_000;

/** A bar with what is left on a terminal, plain lines elsewhere; on stderr, so that stdout is data. */
export function showProgress(
  terminal: Terminal,
  o: { what: string; of: number; nowMs?: () => number },
): Progress {
  const nowMs = o.nowMs ?? (() => performance.now());
  const begunMs = nowMs();
  let lastLineMs = begunMs;
  const number = (n: number) => Math.round(n).toLocaleString('es-MX');
  return {
    at(done) {
      const tookS = Math.max(0.001, (nowMs() - begunMs) / 1000);
      const share = Math.min(1, done / o.of);
      const leftS = (tookS / done) * (o.of - done);
      const figures =
        `${number(done)} de ${number(o.of)} ${o.what}, ` +
        `${number(done / tookS)} por segundo, faltan ${duration(leftS)}`;
      if (terminal.isTTY) {
        const full = '█'.repeat(Math.round(barLetters * share)).padEnd(barLetters, '░');
        terminal.write(
          `\r\u001b[K${full} ${String(Math.floor(100 * share)).padStart(3)} %  ${figures}`,
        );
      } else if (nowMs() - lastLineMs >= lineEveryMs) {
        lastLineMs = nowMs();
        terminal.write(`${figures}\n`);
      }
    },
    end(text) {
      const took = duration((nowMs() - begunMs) / 1000);
      terminal.write(`${terminal.isTTY ? '\r\u001b[K' : ''}${text}, en ${took}\n`);
    },
  };
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
