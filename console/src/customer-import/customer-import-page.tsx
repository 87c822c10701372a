import { Skeleton } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import { Absent } from '../app/absent.tsx';
import { PageHead } from '../app/page-head.tsx';
import { addresses, Link, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import classes from './customer-import.module.css';
import { type SentFile, useImport, useSendFile } from './customer-imports.ts';
import { DropFile } from './drop-file.tsx';
import { ImportFailed, ImportProgress, ImportResult } from './import-state.tsx';
import { RecentImports } from './recent-imports.tsx';
import { ReviewImport } from './review-import.tsx';

/*
 *   choose a file --dry run--> reviewed --import--> running --> done     each at its own address but
 *        ^------ another file ----'                                     the review, which has none
 */
export function CustomerImportPage({ id }: { id: string | null }) {
  const say = words.customerImport;
  const [repeatedId, setRepeatedId] = useState<string | null>(null);
  const show = (sent: SentFile) => {
    setRepeatedId(sent.repeated ? sent.id : null);
    navigate(addresses.customerImport(sent.id));
  };
  return (
    <div className={classes.page}>
      <Link className={classes.back} href={addresses.customers}>
        ← {say.back}
      </Link>
      <PageHead title={say.title} intro={say.intro} />
      {id === null ? (
        <NewImport onImported={show} />
      ) : (
        <OneImport key={id} id={id} repeated={repeatedId === id} />
      )}
    </div>
  );
}

function NewImport({ onImported }: { onImported: (sent: SentFile) => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [strip, setStrip] = useState(true);
  const [reviewId, setReviewId] = useState<string | null>(null);
  const send = useSendFile();
  const review = (chosen: File) => {
    setFile(chosen);
    const dry = { file: chosen, dryRun: true, stripCompanySuffix: strip };
    send.mutate(dry, { onSuccess: (sent) => setReviewId(sent.id) });
  };
  const again = () => {
    setReviewId(null);
    setFile(null);
    send.reset();
  };
  if (file === null || reviewId === null) {
    return (
      <>
        {send.isError && (
          <Trouble
            error={send.error}
            title={words.customerImport.sendFailed}
            {...(isOfTheFile(send.error) ? { hint: (send.error as Problem).message } : {})}
          />
        )}
        <DropFile onFile={review} sending={send.isPending} strip={strip} onStrip={setStrip} />
        <RecentImports />
      </>
    );
  }
  return (
    <ReviewImport
      id={reviewId}
      sending={send.isPending}
      error={send.error}
      onAnother={again}
      onStart={() => {
        const real = { file, dryRun: false, stripCompanySuffix: strip };
        send.mutate(real, { onSuccess: onImported });
      }}
    />
  );
}

/** The server says in words what is wrong with the file. */
function isOfTheFile(error: unknown): boolean {
  return error instanceof Problem && [413, 415, 422, 429].includes(error.status);
}

function OneImport({ id, repeated }: { id: string; repeated: boolean }) {
  const found = useImport(id);
  const say = words.customerImport;
  if (found.isPending) return <Skeleton height={220} radius="md" />;
  if (!found.data) {
    const gone = found.error instanceof Problem && found.error.status === 404;
    if (gone) {
      return (
        <Absent
          title={say.gone}
          hint={say.goneHint}
          href={addresses.customerImport()}
          way={say.another}
        />
      );
    }
    return <Trouble error={found.error} title={say.loadFailed} onRetry={() => found.refetch()} />;
  }
  const again = () => navigate(addresses.customerImport());
  switch (found.data.status) {
    case 'running':
      return <ImportProgress one={found.data} />;
    case 'failed':
      return <ImportFailed one={found.data} onAnother={again} />;
    case 'done':
      return <ImportResult one={found.data} repeated={repeated} onAnother={again} />;
  }
}
