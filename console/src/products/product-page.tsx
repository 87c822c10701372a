import { Text, Title } from '@mantine/core';
import type { Product, Session } from '../api/bodies.ts';
import { Problem } from '../api/problem.ts';
import { Absent } from '../app/absent.tsx';
import { dateAndTime } from '../app/formats.ts';
import { usePageTitle } from '../app/page-title.ts';
import { RecordActions } from '../app/record-actions.tsx';
import { addresses, Link, navigate } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { Waiting } from '../app/waiting.tsx';
import { words } from '../app/words.ts';
import { mayIssue } from '../session/session.ts';
import { ProductForm } from './product-form.tsx';
import classes from './product-page.module.css';
import { useProduct, useProductLife } from './products.ts';

export function NewProductPage() {
  usePageTitle(words.products.form.title);
  return (
    <div className={classes.page}>
      <Back />
      <Title order={1} size="h2">
        {words.products.form.title}
      </Title>
      <ProductForm
        onSaved={({ id }) => navigate(addresses.product(id))}
        onCancel={() => navigate(addresses.products)}
      />
    </div>
  );
}

export function ProductPage({ id, session }: { id: string; session: Session }) {
  const product = useProduct(id);
  usePageTitle(product.data?.description ?? words.shell.products);
  const say = words.products.page;
  if (product.data) return <Shown product={product.data} mayEdit={mayIssue(session)} />;
  if (product.isPending) return <Waiting />;
  const absent = product.error instanceof Problem && product.error.status === 404;
  return absent ? (
    <Absent title={say.notFound} hint={say.notFoundHint} href={addresses.products} way={say.back} />
  ) : (
    <Trouble error={product.error} title={say.loadFailed} onRetry={() => product.refetch()} />
  );
}

function Shown({ product, mayEdit }: { product: Product; mayEdit: boolean }) {
  const say = words.products.page;
  return (
    <div className={classes.page}>
      <Back />
      <div className={classes.heading}>
        <div className={classes.name}>
          <Title order={1} size="h2" lineClamp={3}>
            {product.description}
          </Title>
          <Text size="sm" c="dimmed">
            {say.updated(dateAndTime(product.updated_at))}
          </Text>
        </div>
        {mayEdit && (
          <RecordActions
            known={product}
            say={say}
            useLife={useProductLife}
            onRemoved={() => navigate(addresses.products)}
          />
        )}
      </div>
      {product.archived_at && (
        <p className={classes.archived} role="note">
          <strong>{say.archived}</strong>
          <span>{say.archivedMeans}</span>
        </p>
      )}
      <ProductForm product={product} onSaved={() => {}} disabled={!mayEdit} />
    </div>
  );
}

function Back() {
  return (
    <Link className={classes.back} href={addresses.products}>
      ← {words.products.page.back}
    </Link>
  );
}
