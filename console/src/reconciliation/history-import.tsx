import { Button, Text, Title } from '@mantine/core';
import type { Reconciliation } from '../api/bodies.ts';
import { dateAndTime, quantity } from '../app/formats.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { useStartHistory } from './reconciliation.ts';
import classes from './reconciliation-page.module.css';

type History = Reconciliation['history'];

/** Takes over what the company had in FacturAPI before it came here; goes on without the page. */
export function HistoryImport({ history }: { history: History }) {
  const start = useStartHistory();
  const say = words.reconciliation.history;
  return (
    <section className={`card ${classes.card}`} aria-labelledby="import-title">
      <Title order={2} size="h5" id="import-title">
        {say.title}
      </Title>
      <Text size="sm" c="dimmed" mt={4}>
        {say.means}
      </Text>
      {history.state === 'running' && <Progress history={history} />}
      {history.state === 'done' && history.finished_at && (
        <Text size="sm" mt="sm" role="status">
          {say.done(dateAndTime(history.finished_at), quantity(history.seen))}{' '}
          {history.imported > 0 ? say.imported(history.imported) : say.nothingNew}
        </Text>
      )}
      {history.state === 'failed' && (
        <Text size="sm" mt="sm" role="status">
          {say.failed} {history.problem && words.reconciliation.problem(history.problem)}
        </Text>
      )}
      {history.state !== 'running' && (
        <Button
          mt="md"
          variant={history.state === 'done' ? 'default' : 'filled'}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {actionOf(history.state)}
        </Button>
      )}
      {start.isError && <Trouble error={start.error} title={say.startFailed} />}
    </section>
  );
}

function Progress({ history }: { history: History }) {
  const { seen, total, imported } = history;
  const say = words.reconciliation.history;
  const known = total > 0;
  return (
    <>
      <progress
        className={classes.progress}
        aria-label={say.title}
        {...(known ? { value: Math.min(seen, total), max: total } : {})}
      />
      <div className={classes.numbers} role="status">
        <span>{known ? say.progress(quantity(seen), quantity(total)) : say.starting}</span>
        {imported > 0 && <span>{say.imported(imported)}</span>}
      </div>
    </>
  );
}

function actionOf(state: string): string {
  const say = words.reconciliation.history;
  if (state === 'done') return say.again;
  return state === 'failed' ? say.resume : say.start;
}
