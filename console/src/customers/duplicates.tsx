import { Alert, Button, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { addresses } from '../app/router.tsx';
import { words } from '../app/words.ts';
import classes from './customer-form.module.css';
import { useDuplicates } from './customers.ts';

interface DuplicatesProps {
  /** Null while there is no whole RFC of somebody's own. */
  taxId: string | null;
  exceptId: string | undefined;
  /** Where one of them may be taken instead; elsewhere they are links. */
  onTake?: ((id: string) => void) | undefined;
}

/** Told while the RFC is typed; nothing is forbidden. */
export function Duplicates({ taxId, exceptId, onTake }: DuplicatesProps) {
  const found = useDuplicates(taxId, exceptId);
  const say = words.customers.duplicates;
  const customers = taxId === null ? [] : (found.data ?? []);
  return (
    <div role="status">
      {customers.length > 0 && (
        <Alert
          mt={14}
          color="yellow"
          icon={<IconUsers aria-hidden />}
          title={say.title(customers.length)}
        >
          <Text size="sm">{say.hint}</Text>
          <ul className={classes.duplicates}>
            {customers.map(({ id, legal_name: name }) => (
              <li key={id}>
                {onTake ? (
                  <Button size="compact-sm" variant="default" onClick={() => onTake(id)}>
                    {say.take(name)}
                  </Button>
                ) : (
                  // In another tab: what was typed here stays.
                  <a
                    className={classes.link}
                    href={addresses.customer(id)}
                    target="_blank"
                    rel="noopener"
                  >
                    {name}
                  </a>
                )}
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </div>
  );
}
