import { Alert, Code, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Invoice } from '../api/bodies.ts';
import { words } from '../app/words.ts';
import { fieldName } from './field-name.ts';

interface RejectionProps {
  rejection: NonNullable<Invoice['rejection']>;
  status: Invoice['status'];
}

/** SAT's or the PAC's reasons, in the words they came with; SAT's codes are what people look up. */
export function Rejection({ rejection, status }: RejectionProps) {
  const errors = rejection.errors.filter(
    ({ path, message }) => path || message !== rejection.detail,
  );
  return (
    <Alert
      {...(status === 'rejected' ? {} : { color: 'yellow' })}
      icon={<IconAlertTriangle aria-hidden />}
      title={titleOf(rejection.code, status)}
    >
      <Text size="sm">{rejection.detail}</Text>
      {errors.length > 0 && (
        <List size="sm" mt="xs">
          {errors.map(({ path, message }) => (
            <List.Item key={`${path} ${message}`}>
              {path && <Place path={path} />}
              {message !== rejection.detail && message}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}

/** Where it is, in words, and as FacturAPI's own papers name it. */
function Place({ path }: { path: string }) {
  const name = fieldName(path);
  if (name === path) return <Code mr={6}>{path}</Code>;
  return (
    <>
      <Text span size="sm" fw={600}>
        {name}
      </Text>{' '}
      <Code mr={6}>{path}</Code>
    </>
  );
}

function titleOf(code: string, status: Invoice['status']): string {
  if (status === 'review') return words.rejection.known;
  if (status !== 'rejected') return words.rejection.lastKnown;
  return code.startsWith('CFDI') ? words.invoice.reasonOf(code) : words.invoice.reason;
}
