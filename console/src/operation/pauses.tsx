import { Button, Title } from '@mantine/core';
import { useState } from 'react';
import type { StampingView } from '../api/bodies.ts';
import { Confirm } from '../app/confirm.tsx';
import { dateAndTime } from '../app/formats.ts';
import { words } from '../app/words.ts';
import { useOperateStamping } from './operation.ts';
import classes from './operation-page.module.css';

type Pause = StampingView['pauses'][number];

/** Companies that do not stamp right now. Those that we paused, we resume. */
export function Pauses({ pauses }: { pauses: readonly Pause[] }) {
  const [resuming, setResuming] = useState<Pause['tenant'] | null>(null);
  const say = words.operation;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="pauses-title">
      <Title order={2} size="h5" id="pauses-title">
        {say.pauses}
      </Title>
      <ul className={classes.rows}>
        {pauses.map((pause) => (
          <li key={`${pause.tenant.id} ${pause.reason}`} className={classes.line}>
            <div>
              <p>{pause.tenant.name}</p>
              <div className={classes.under}>
                <span>{say.pauseReasons[pause.reason]}</span>
                <span>{pause.until ? say.until(dateAndTime(pause.until)) : say.untilResumed}</span>
              </div>
            </div>
            {pause.reason === 'operator' && (
              <Button variant="default" size="xs" onClick={() => setResuming(pause.tenant)}>
                {say.resumeCompany}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {resuming && <Resume tenant={resuming} onClose={() => setResuming(null)} />}
    </section>
  );
}

function Resume({ tenant, onClose }: { tenant: Pause['tenant']; onClose: () => void }) {
  const operate = useOperateStamping(onClose);
  const say = words.operation;
  return (
    <Confirm
      title={say.resumeCompanyTitle(tenant.name)}
      means={say.resumeCompanyMeans}
      action={say.resumeCompany}
      why={{ label: say.whyOptional, required: false }}
      pending={operate.isPending}
      error={operate.error}
      failedTitle={say.actionFailed}
      onConfirm={({ why }) =>
        operate.mutate({ action: 'resume', tenant: tenant.id, ...(why ? { why } : {}) })
      }
      onClose={onClose}
    />
  );
}
