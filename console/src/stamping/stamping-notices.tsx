import { IconAlertTriangle, IconCloudOff, IconInfoCircle } from '@tabler/icons-react';
import type { Notice } from '../api/bodies.ts';
import { words } from '../app/words.ts';
import classes from './stamping-notices.module.css';
import { useStampingStatus } from './stamping-status.ts';

/** Those that an invoice waits for: with them goes how many do. */
const holdingUp = new Set([
  'facturapi_unavailable',
  'facturapi_blocked',
  'facturapi_busy',
  'stamping_paused',
  'stamping_draining',
  'company_paused',
]);

/** What everybody of the company should know right now, above every page; gone when it is over. */
export function StampingNotices() {
  const { data } = useStampingStatus();
  const notices = data?.notices ?? [];
  const waiting = data?.waiting ?? 0;
  const holder = notices.find(({ code }) => holdingUp.has(code));
  const grave = notices.filter(({ level }) => level === 'error');
  const others = notices.filter(({ level }) => level !== 'error');
  const shown = (notice: Notice) => (
    <NoticeBar key={notice.code} notice={notice} waiting={notice === holder ? waiting : 0} />
  );
  return (
    <section aria-label={words.notices.label}>
      {grave.map(shown)}
      {/* Always there, so that what comes into it is read out. */}
      <div role="status">{others.map(shown)}</div>
    </section>
  );
}

function NoticeBar({ notice, waiting }: { notice: Notice; waiting: number }) {
  const Icon = iconOf(notice);
  return (
    <div
      className={classes.notice}
      data-level={notice.level}
      role={notice.level === 'error' ? 'alert' : undefined}
    >
      <p className={classes.text}>
        <Icon className={classes.icon} size={18} aria-hidden />
        <span>{notice.detail}</span>
        {waiting > 0 && <span className={classes.waiting}>{words.notices.waiting(waiting)}</span>}
      </p>
    </div>
  );
}

function iconOf({ code, level }: Notice) {
  if (code === 'facturapi_unavailable') return IconCloudOff;
  return level === 'info' ? IconInfoCircle : IconAlertTriangle;
}
