import { Text, Title } from '@mantine/core';
import type { CustomerImport } from '../api/bodies.ts';
import { dateAndTime, quantity } from '../app/formats.ts';
import { addresses, Link } from '../app/router.tsx';
import { words } from '../app/words.ts';
import classes from './customer-import.module.css';
import { useRecentImports } from './customer-imports.ts';

/** What was imported before, each with its page. */
export function RecentImports() {
  const recent = useRecentImports();
  const say = words.customerImport;
  if (!recent.data || recent.data.length === 0) return null;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="recent-title">
      <Title order={2} size="h5" id="recent-title">
        {say.recent}
      </Title>
      <ul className={classes.rows}>
        {recent.data.map((one) => (
          <li key={one.id}>
            <div className={classes.rowText}>
              <Link className={classes.link} href={addresses.customerImport(one.id)}>
                {one.file_name}
              </Link>
              <div className={classes.rowFacts}>
                <span>{say.byWhom(one.created_by ?? '—', dateAndTime(one.created_at))}</span>
              </div>
            </div>
            <Text size="sm" className={classes.outcome} component="span">
              {outcomeOf(one)}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

function outcomeOf(one: CustomerImport): string {
  const say = words.customerImport;
  if (one.status !== 'done') return say.states[one.status];
  return say.counts(quantity(one.imported), quantity(one.rejected));
}
