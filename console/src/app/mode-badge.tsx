import classes from './mode-badge.module.css';
import { words } from './words.ts';

/** Whether what is issued here counts before SAT: the one thing nobody should have to wonder. */
export function ModeBadge({ livemode }: { livemode: boolean }) {
  return livemode ? (
    <span className={classes.live}>{words.shell.liveMode}</span>
  ) : (
    <span className={classes.test} title={words.shell.testModeHint}>
      {words.shell.testMode}
    </span>
  );
}
