/**
 * Everything that the console says to people. Another language is another object of type `Words`
 * chosen here; components never hold a sentence of their own.
 */
import { administrationWords } from './administration-words.ts';
import { customerWords } from './customer-words.ts';
import { importWords } from './import-words.ts';
import { productWords } from './product-words.ts';
import { stampingWords } from './stamping-words.ts';
import { syncWords } from './sync-words.ts';

const spanish = {
  ...stampingWords,
  ...administrationWords,
  ...customerWords,
  ...importWords,
  ...productWords,
  ...syncWords,
  locale: 'es-MX',
  brand: 'Timbra',

  shell: {
    skip: 'Ir al contenido',
    navigation: 'Principal',
    newInvoice: 'Nueva factura',
    invoices: 'Facturas',
    customers: 'Clientes',
    products: 'Productos',
    reconciliation: 'Conciliación',
    operation: 'Operación',
    testMode: 'Modo de prueba',
    testModeHint: 'Las facturas de prueba no tienen validez fiscal',
    liveMode: 'Producción',
    account: (name: string) => `Cuenta de ${name}`,
    light: 'Usar tema claro',
    dark: 'Usar tema oscuro',
    signOutFailed: 'No se pudo cerrar la sesión. Vuelve a intentarlo.',
    signOut: 'Cerrar sesión',
    loading: 'Cargando…',
    unknownPage: 'Esta página no existe',
    unknownPageHint: 'El enlace puede estar incompleto o la página cambió de lugar.',
  },

  signIn: {
    title: 'Iniciar sesión',
    pitch: 'Emite y consulta tus facturas electrónicas.',
    email: 'Correo electrónico',
    password: 'Contraseña',
    showPassword: 'Mostrar u ocultar la contraseña',
    enter: 'Entrar',
    wrong: 'El correo o la contraseña no son correctos.',
    failed: 'No fue posible iniciar sesión',
  },

  trouble: {
    retry: 'Reintentar',
    reference: 'Referencia',
    unreachable: 'No hay respuesta del servidor',
    unreachableHint: 'Revisa tu conexión a internet y vuelve a intentarlo.',
    busy: 'El servidor está ocupado',
    busyHint: 'Espera unos segundos y vuelve a intentarlo.',
    unexpected: 'Algo salió mal',
    unexpectedHint:
      'Vuelve a intentarlo. Si el problema continúa, comparte la referencia con soporte.',
    reload: 'Recargar la página',
    reloadHint: 'Recarga la página. Lo que habías escrito en la factura se conserva.',
  },

  catalogs: {
    none: 'Sin coincidencias',
    loading: 'Cargando catálogo…',
    failed: 'No se pudo cargar el catálogo',
  },

  draft: {
    title: 'Nueva factura',
    receiver: 'Receptor',
    payment: 'Pago y uso',
    lines: 'Conceptos',
    use: 'Uso del CFDI',
    useHint: 'Solo los usos que admite el régimen del cliente',
    paymentForm: 'Forma de pago',
    paymentMethod: 'Método de pago',
    pue: 'Una exhibición (PUE)',
    ppd: 'Parcialidades (PPD)',
    ppdHint: 'PPD siempre usa la forma 99, por definir',
    taxIncluded: 'Precio con IVA incluido',
    line: (position: number) => `Concepto ${position}`,
    description: 'Descripción',
    descriptionPlaceholder: '¿Qué se factura?',
    quantity: 'Cantidad',
    priceBefore: 'Precio sin IVA',
    priceWith: 'Precio con IVA',
    taxes: 'Impuestos',
    amount: 'Importe',
    discount: 'Descuento',
    discountHint: 'Del concepto completo, en pesos',
    unitKey: 'Clave de unidad',
    unitKeyHint: 'Escribe para buscar en el catálogo',
    details: (productKey: string, unitKey: string) => `Clave ${productKey} · Unidad ${unitKey}`,
    detailsDiscount: (amount: string) => ` · Descuento ${amount}`,
    issueKeys: 'Ctrl ↵',
    addLine: 'Agregar concepto',
    addLineKeys: 'Alt A',
    removeLine: (position: number) => `Quitar concepto ${position}`,
    restored: 'Recuperamos la factura que dejaste a medias.',
    discard: 'Empezar de nuevo',
    missing: {
      description: 'Escribe la descripción.',
      price: 'Escribe un precio mayor que cero.',
      quantity: 'Escribe una cantidad mayor que cero.',
      productKey: 'La clave tiene 8 dígitos.',
      unitKey: 'Escribe la clave de unidad.',
      use: 'Elige el uso del CFDI.',
      paymentForm: 'Elige la forma de pago.',
    },
  },

  taxProfiles: {
    iva16: 'IVA 16%',
    iva8: 'IVA 8% (frontera)',
    iva0: 'IVA 0%',
    exempt: 'Exento de IVA',
    kept: 'Los que ya tiene',
    fees: 'Honorarios con retenciones',
    feesHint: 'IVA 16%, menos retención de ISR 10% e IVA 10.6667%',
  },

  totals: {
    title: 'Resumen',
    subtotal: 'Subtotal',
    discount: 'Descuento',
    transferred: (type: string, rate: string) => `${type} ${rate}`,
    exempt: (type: string) => `${type} exento`,
    quota: (each: string) => `(cuota de ${each})`,
    withheld: (type: string) => `Retención de ${type}`,
    total: 'Total',
    updating: 'Calculando…',
    hint: 'Elige un cliente y completa un concepto para ver el total.',
    fix: 'Corrige los datos marcados para ver el total.',
    failed: 'No se pudo calcular el total.',
  },

  issue: {
    button: 'Emitir factura',
    retry: 'Reintentar emisión',
    refused: 'La factura no se emitió',
    refusedHint: 'Corrige los datos marcados y vuelve a emitir.',
    rejected: (name: string) => `La factura ${name} fue rechazada`,
    seeRejected: 'Ver la factura rechazada',
    unknown: 'No sabemos si la factura se emitió',
    unknownHint: 'Puedes reintentar con confianza: la misma factura no se timbra dos veces.',
    busy: 'El servidor no pudo recibir la factura',
    busyHint: 'Espera unos segundos y reintenta: la misma factura no se timbra dos veces.',
  },

  invoice: {
    title: (name: string) => `Factura ${name}`,
    customer: 'Cliente',
    taxId: 'RFC',
    uuid: 'Folio fiscal (UUID)',
    copy: 'Copiar folio fiscal',
    copied: 'Copiado',
    issuedAt: 'Emitida',
    stampedAt: 'Timbrada',
    lines: 'Conceptos',
    quantity: 'Cant.',
    description: 'Descripción',
    price: 'Precio',
    taxIncluded: 'con IVA',
    pdf: 'PDF',
    xml: 'XML',
    downloadPdf: 'Descargar PDF',
    downloadXml: 'Descargar XML',
    openPdf: 'Abrir PDF',
    again: 'Nueva factura',
    reason: 'Motivo del rechazo',
    reasonOf: (code: string) => `Motivo del rechazo (${code})`,
    warnings: (count: number) =>
      count === 1 ? 'Hay una diferencia que revisar' : `Hay ${count} diferencias que revisar`,
    pdfTitle: (name: string) => `PDF de la factura ${name}`,
    pdfWaiting: 'El PDF aparecerá aquí en cuanto se timbre.',
    pdfLoading: 'Preparando el PDF…',
    pdfElsewhere: 'El PDF se abre en otra pestaña.',
    pdfFailed: 'No se pudo preparar el PDF',
    notFound: 'No encontramos esta factura',
    notFoundHint: 'No existe o no pertenece a tu empresa.',
  },

  invoices: {
    title: 'Facturas recientes',
    recent: 'Recientes',
    all: 'Ver todas',
    empty: 'Aún no hay facturas',
    emptyHint: 'La primera que emitas aparecerá aquí, con su estado en vivo.',
    first: 'Emitir la primera',
    failed: 'No se pudieron cargar las facturas',
    polling: 'Sin conexión en vivo: actualizando cada segundo',
  },

  status: {
    draft: { name: 'Borrador', means: 'Todavía no se envía a timbrar.' },
    queued: { name: 'En cola', means: 'Guardada. Se timbrará en su turno; puedes seguir.' },
    stamping: { name: 'Timbrando', means: 'El PAC la está certificando.' },
    pending: {
      name: 'En espera del PAC',
      means: 'El PAC tiene una falla pasajera y sigue intentando. No la emitas de nuevo.',
    },
    valid: { name: 'Vigente', means: 'Timbrada y con validez fiscal.' },
    rejected: { name: 'Rechazada', means: 'No se timbró. Revisa el motivo y corrige los datos.' },
    review: {
      name: 'En revisión',
      means: 'No hay certeza de que se haya timbrado. No la emitas de nuevo: falta decidir.',
    },
    expired: {
      name: 'Vencida',
      means: 'Pasaron más de 72 horas sin timbrarse: el SAT ya no la acepta con esa fecha.',
    },
    canceled: { name: 'Cancelada', means: 'Ya no tiene efectos fiscales.' },
  },
  testValid: 'Timbrada en modo de prueba, sin validez fiscal.',
};

export type Words = typeof spanish;

export const words: Words = spanish;
