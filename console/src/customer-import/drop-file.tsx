import { Button, Loader, Switch, Text, Title } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { type DragEvent, useRef, useState } from 'react';
import { words } from '../app/words.ts';
import classes from './customer-import.module.css';

interface DropFileProps {
  onFile: (file: File) => void;
  sending: boolean;
  strip: boolean;
  onStrip: (strip: boolean) => void;
}

/** A file is dropped here, or chosen; what it should look like is said beside it. */
export function DropFile({ onFile, sending, strip, onStrip }: DropFileProps) {
  const say = words.customerImport;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file && !sending) onFile(file);
  };
  const drag = (event: DragEvent, inside: boolean) => {
    event.preventDefault();
    setOver(inside);
  };
  return (
    <section className={`card ${classes.card}`} aria-label={say.drop}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a place to drop at; the button does the same */}
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragEnter={(event) => drag(event, true)}
        onDragOver={(event) => drag(event, true)}
        onDragLeave={(event) => drag(event, false)}
        onDrop={(event) => {
          drag(event, false);
          take(event.dataTransfer.files);
        }}
      >
        {sending ? (
          <div role="status" className={classes.sending}>
            <Loader size="sm" />
            <Text size="sm">{say.sending}</Text>
          </div>
        ) : (
          <>
            <IconFileSpreadsheet size={34} stroke={1.4} aria-hidden className={classes.icon} />
            <Text fw={600}>{over ? say.dropHere : say.drop}</Text>
            <Button onClick={() => input.current?.click()}>{say.choose}</Button>
            <Text size="xs" c="dimmed" ta="center">
              {say.kinds}
            </Text>
          </>
        )}
        <input
          ref={input}
          className="spoken-only"
          tabIndex={-1}
          type="file"
          aria-label={say.choose}
          accept=".xlsx,.csv,.txt,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          onChange={(event) => {
            take(event.currentTarget.files);
            // The same file, corrected, may be chosen again.
            event.currentTarget.value = '';
          }}
        />
      </div>
      <Switch
        mt="md"
        label={say.strip}
        description={say.stripHint}
        checked={strip}
        disabled={sending}
        onChange={(event) => onStrip(event.currentTarget.checked)}
      />
      <Title order={2} size="h6" mt="lg">
        {say.columnsTitle}
      </Title>
      <Text size="sm">{say.columnsNeeded}</Text>
      <Text size="sm">{say.columnsOptional}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        {say.columnsKnown}
      </Text>
    </section>
  );
}
