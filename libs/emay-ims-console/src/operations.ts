/** What the console reads and does, by account; types only, which its page takes from here. */
export type * from 'nestjs-emay-ims/operations';
