import { Alert, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Invoice } from '../api/bodies.ts';
import { words } from '../app/words.ts';

/** SAT's or the PAC's reasons, in the words they came with; SAT's codes are what people look up. */
export function Rejection({ rejection }: { rejection: NonNullable<Invoice['rejection']> }) {
  const errors = rejection.errors.filter(({ message }) => message !== rejection.detail);
  const isOfSat = rejection.code.startsWith('CFDI');
  return (
    <Alert
      icon={<IconAlertTriangle aria-hidden />}
      title={isOfSat ? words.invoice.reasonOf(rejection.code) : words.invoice.reason}
    >
      <Text size="sm">{rejection.detail}</Text>
      {errors.length > 0 && (
        <List size="sm" mt="xs">
          {errors.map(({ path, message }) => (
            <List.Item key={`${path} ${message}`}>{message}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
