import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Invoice } from '../api/bodies.ts';
import { words } from '../app/words.ts';

/** The invoice stands, but what was stamped is not what was asked: somebody must look at it. */
export function Warnings({ warnings }: { warnings: Invoice['warnings'] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={words.invoice.warnings(warnings.length)}
    >
      {warnings.length === 1 ? (
        <Text size="sm">{warnings[0]?.detail}</Text>
      ) : (
        <List size="sm">
          {warnings.map(({ code, detail }) => (
            <List.Item key={`${code} ${detail}`}>{detail}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
