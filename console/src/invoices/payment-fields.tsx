import { Input, SegmentedControl } from '@mantine/core';
import { useEffect } from 'react';
import { errorAt, type FieldErrors } from '../api/field-errors.ts';
import { words } from '../app/words.ts';
import { CatalogSelect } from '../catalogs/catalog-select.tsx';
import { suggestedUse, useCatalog, usesFor } from '../catalogs/catalogs.ts';
import { type Draft, paymentFormOf } from './invoice-draft.ts';
import type { EditDraft } from './invoice-form.ts';
import classes from './new-invoice.module.css';

interface PaymentFieldsProps {
  draft: Draft;
  errors: FieldErrors;
  onEdit: EditDraft;
}

/** How it is paid, and what the receiver will use the CFDI for. */
export function PaymentFields({ draft, errors, onEdit }: PaymentFieldsProps) {
  const say = words.draft;
  const forms = useCatalog('payment-forms');
  const uses = useCatalog('uses');
  const taxSystem = draft.customer?.tax_system;
  const allowedUses = uses.data && usesFor(uses.data, taxSystem);
  const inInstalments = draft.paymentMethod === 'PPD';

  // A use that the receiver's regime does not admit is refused by SAT (CFDI40161): never offer it.
  const fittingUse = uses.data && suggestedUse(uses.data, taxSystem, [draft.use]);
  useEffect(() => {
    if (fittingUse && fittingUse !== draft.use) onEdit('use', { use: fittingUse });
  });

  return (
    <div className={classes.payment}>
      <CatalogSelect
        label={say.use}
        description={taxSystem ? say.useHint : undefined}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        entries={allowedUses}
        failed={uses.isError}
        value={draft.use}
        onChange={(use) => onEdit('use', { use })}
        error={errorAt(errors, 'use')}
      />
      <Input.Wrapper
        label={say.paymentMethod}
        labelElement="div"
        labelProps={{ id: 'payment-method' }}
        error={errorAt(errors, 'payment_method')}
      >
        <SegmentedControl
          fullWidth
          className={classes.methods}
          aria-labelledby="payment-method"
          data={[
            { value: 'PUE', label: say.pue },
            { value: 'PPD', label: say.ppd },
          ]}
          value={draft.paymentMethod}
          onChange={(method) =>
            onEdit('payment_method', { paymentMethod: method as Draft['paymentMethod'] })
          }
        />
      </Input.Wrapper>
      <CatalogSelect
        label={say.paymentForm}
        description={inInstalments ? say.ppdHint : undefined}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        entries={forms.data?.filter(({ code }) => inInstalments || code !== '99')}
        failed={forms.isError}
        value={paymentFormOf(draft)}
        onChange={(paymentForm) => onEdit('payment_form', { paymentForm })}
        readOnly={inInstalments}
        variant={inInstalments ? 'filled' : 'default'}
        error={errorAt(errors, 'payment_form')}
      />
    </div>
  );
}
