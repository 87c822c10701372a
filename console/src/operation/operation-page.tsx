import { Skeleton } from '@mantine/core';
import { PageHead } from '../app/page-head.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { DeadLetters } from './dead-letters.tsx';
import { Lanes } from './lanes.tsx';
import { ModeCard } from './mode-card.tsx';
import { useStampingView } from './operation.ts';
import classes from './operation-page.module.css';
import { Pauses } from './pauses.tsx';

/** Stamping of the whole installation, and the operator's hand on it. */
export function OperationPage() {
  const view = useStampingView();
  const say = words.operation;
  return (
    <div className={classes.page}>
      <PageHead title={say.title} intro={say.intro} />
      {view.isPending && <Skeleton height={260} radius="md" />}
      {view.isError && (
        <Trouble error={view.error} title={say.failed} onRetry={() => view.refetch()} />
      )}
      {view.data && (
        <>
          <ModeCard view={view.data} />
          <Lanes lanes={view.data.lanes} />
          {view.data.pauses.length > 0 && <Pauses pauses={view.data.pauses} />}
        </>
      )}
      <DeadLetters />
    </div>
  );
}
