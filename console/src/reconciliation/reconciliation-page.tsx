import { Skeleton, Text } from '@mantine/core';
import type { Reconciliation } from '../api/bodies.ts';
import { Fact, Facts } from '../app/facts.tsx';
import { dateAndTime, quantity } from '../app/formats.ts';
import { PageHead } from '../app/page-head.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { Differences } from './differences.tsx';
import { HistoryImport } from './history-import.tsx';
import { useReconciliation } from './reconciliation.ts';
import classes from './reconciliation-page.module.css';

/** Whether the company's books and FacturAPI's say the same, for whoever administers it. */
export function ReconciliationPage() {
  const reconciliation = useReconciliation();
  const say = words.reconciliation;
  return (
    <div className={classes.page}>
      <PageHead title={say.title} intro={say.intro} />
      {reconciliation.isPending && <Skeleton height={240} radius="md" />}
      {reconciliation.isError && !reconciliation.data && (
        <Trouble
          error={reconciliation.error}
          title={say.failed}
          onRetry={() => reconciliation.refetch()}
        />
      )}
      {reconciliation.data && (
        <>
          <Recent recent={reconciliation.data.recent} />
          <Differences openCount={reconciliation.data.recent.differences_open} />
          <HistoryImport history={reconciliation.data.history} />
        </>
      )}
    </div>
  );
}

function Recent({ recent }: { recent: Reconciliation['recent'] }) {
  const say = words.reconciliation;
  const { last_finished_at: last, problem } = recent;
  return (
    <div className={`card ${classes.card}`}>
      <Facts>
        <Fact name={say.stateName}>
          <span role="status">{say.states[recent.state] ?? recent.state}</span>
        </Fact>
        <Fact name={say.lastRun}>{last ? dateAndTime(last) : say.noRun}</Fact>
        <Fact name={say.seen}>{quantity(recent.seen)}</Fact>
        <Fact name={say.openDifferences}>{quantity(recent.differences_open)}</Fact>
      </Facts>
      {problem && (
        <Text size="sm" c="dimmed" mt="sm">
          {say.problem(problem)}
        </Text>
      )}
    </div>
  );
}
