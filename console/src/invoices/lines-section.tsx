import { ActionIcon, Button, Group, Switch, Title } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { FieldErrors } from '../api/field-errors.ts';
import { words } from '../app/words.ts';
import type { Draft, DraftLine } from './invoice-draft.ts';
import type { EditDraft } from './invoice-form.ts';
import { LineFields } from './line-fields.tsx';
import classes from './new-invoice.module.css';

interface LinesSectionProps {
  draft: Draft;
  /** The server's amount of each line, once it is known. */
  amounts: number[];
  errors: FieldErrors;
  onEdit: EditDraft;
  onAdd: () => void;
}

/** The concepts, and whether their prices already hold the taxes: the cent-off of most disputes. */
export function LinesSection({ draft, amounts, errors, onEdit, onAdd }: LinesSectionProps) {
  const { lines } = draft;
  const known = amounts.length === lines.length;
  // A product that fills the only line says it for the whole invoice.
  const alone = lines.length === 1;
  // One switch for all: whoever moves it means every line.
  const setIncluded = (taxIncluded: boolean) =>
    onEdit('items', {
      taxIncluded,
      lines: lines.map((line) => ({ ...line, taxIncluded: undefined })),
    });
  const change = (line: DraftLine, part: Partial<DraftLine>) =>
    lines.map((each) => (each === line ? { ...each, ...part } : each));

  return (
    <section className={`card ${classes.section}`} aria-labelledby="lines-title">
      <Group justify="space-between" gap="xs">
        <Title order={2} size="h5" id="lines-title">
          {words.draft.lines}
        </Title>
        <Switch
          size="sm"
          label={words.draft.taxIncluded}
          checked={draft.taxIncluded}
          onChange={(event) => setIncluded(event.currentTarget.checked)}
        />
      </Group>
      {lines.map((line, index) => (
        <LineFields
          key={line.key}
          line={line}
          index={index}
          taxIncluded={draft.taxIncluded}
          amount={known ? amounts[index] : undefined}
          errors={errors}
          onEdit={(field, part) =>
            onEdit(`items.${index}.${field}`, {
              lines: change(line, part),
              ...(alone && part.taxIncluded !== undefined ? { taxIncluded: part.taxIncluded } : {}),
            })
          }
          removeButton={
            lines.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="input-sm"
                aria-label={words.draft.removeLine(index + 1)}
                onClick={() => onEdit('items', { lines: lines.filter((each) => each !== line) })}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            )
          }
        />
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        className={classes.addLine}
        leftSection={<IconPlus size={16} aria-hidden />}
        rightSection={<kbd className={classes.key}>{words.draft.addLineKeys}</kbd>}
        onClick={onAdd}
      >
        {words.draft.addLine}
      </Button>
    </section>
  );
}
