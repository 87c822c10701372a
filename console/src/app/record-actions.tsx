import { Button } from '@mantine/core';
import { IconArchive, IconArrowBackUp, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { KnownVersion, LifeVerb } from '../api/versions.ts';
import { Confirm } from './confirm.tsx';
import classes from './record-actions.module.css';
import { Trouble } from './trouble.tsx';

type Asked = Exclude<LifeVerb, 'restore'>;

interface RecordActionsProps {
  known: KnownVersion & { readonly archived_at: string | null };
  say: Readonly<
    Record<
      | ('archive' | 'archiveTitle' | 'archiveMeans' | 'restore')
      | ('remove' | 'removeTitle' | 'removeMeans' | 'changeFailed'),
      string
    >
  >;
  /** `onDone` is told when something is left of it, and when nothing is. */
  useLife: (onDone: (left: object | null) => void) => {
    readonly isPending: boolean;
    readonly isError: boolean;
    readonly error: unknown;
    reset(): void;
    mutate(change: { verb: LifeVerb; known: KnownVersion }): void;
  };
  onRemoved: () => void;
}

/** How a customer or a product leaves and comes back. */
export function RecordActions({ known, say, useLife, onRemoved }: RecordActionsProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const life = useLife((left) => {
    setAsked(null);
    if (!left) onRemoved();
  });
  const ask = (verb: Asked) => {
    life.reset();
    setAsked(verb);
  };
  const small = { size: 18, 'aria-hidden': true } as const;
  return (
    <>
      <div className={classes.actions}>
        {known.archived_at ? (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp {...small} />}
            loading={life.isPending}
            onClick={() => life.mutate({ verb: 'restore', known })}
          >
            {say.restore}
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconArchive {...small} />}
            onClick={() => ask('archive')}
          >
            {say.archive}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconTrash {...small} />}
          onClick={() => ask('remove')}
        >
          {say.remove}
        </Button>
      </div>
      {asked === null && life.isError && (
        <Trouble error={life.error} title={say.changeFailed} onRetry={() => life.reset()} />
      )}
      {asked && (
        <Confirm
          title={say[`${asked}Title`]}
          means={say[`${asked}Means`]}
          action={say[asked]}
          danger={asked === 'remove'}
          pending={life.isPending}
          error={life.error}
          failedTitle={say.changeFailed}
          onConfirm={() => life.mutate({ verb: asked, known })}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
