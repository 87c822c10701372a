import { Text, Title } from '@mantine/core';
import { usePageTitle } from './page-title.ts';

/** What a page is, at its top and in the browser's tab. */
export function PageHead({ title, intro }: { title: string; intro: string }) {
  usePageTitle(title);
  return (
    <div>
      <Title order={1} size="h2">
        {title}
      </Title>
      <Text size="sm" c="dimmed">
        {intro}
      </Text>
    </div>
  );
}
