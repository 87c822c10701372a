import { Button, Text, Textarea } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { errorAt, errorsOf, unplaced } from '../api/field-errors.ts';
import classes from './dialog.module.css';
import { Dialog } from './dialog.tsx';
import { Trouble } from './trouble.tsx';
import { words } from './words.ts';

/** As the server counts it: shorter is no reason. */
const reasonLengthMin = 3;
const reasonLengthMax = 500;

interface ConfirmProps {
  title: string;
  /** What will happen, said before it does. */
  means: string;
  /** The verb of the button. */
  action: string;
  danger?: boolean | undefined;
  /** The field for a reason; without it none is asked for. */
  why?: { label: string; hint?: string; required: boolean };
  pending: boolean;
  error: unknown;
  failedTitle: string;
  /** The fields by their names; `why` is that of the reason. */
  onConfirm: (fields: Readonly<Record<string, string>>) => void;
  onClose: () => void;
  /** More fields, above the reason. */
  children?: ((errorOf: (field: string) => string | undefined) => ReactNode) | undefined;
}

/** Nothing is done by one click: what will happen is said, a reason asked for, then confirmed. */
export function Confirm(props: ConfirmProps) {
  const { why, error } = props;
  const errors = errorsOf(error);
  const errorOf = (field: string) => errorAt(errors, field);
  const elsewhere = unplaced(errors, ['why', 'facturapi_id']).join(' ');

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (props.pending) return;
    const fields = [...new FormData(event.currentTarget)];
    props.onConfirm(Object.fromEntries(fields.map(([name, value]) => [name, `${value}`.trim()])));
  };

  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form className={classes.fields} onSubmit={submit}>
        <Text size="sm">{props.means}</Text>
        {props.children?.(errorOf)}
        {why && (
          <Textarea
            name="why"
            label={why.label}
            description={why.hint}
            rows={2}
            error={errorOf('why')}
            required={why.required}
            minLength={reasonLengthMin}
            maxLength={reasonLengthMax}
          />
        )}
        {error !== null && (errors.size === 0 || elsewhere) && (
          <Trouble error={error} title={props.failedTitle} hint={elsewhere} />
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={props.onClose}>
            {words.dialog.cancel}
          </Button>
          <Button
            type="submit"
            {...(props.danger ? { color: 'red.9' } : {})}
            loading={props.pending}
          >
            {props.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
