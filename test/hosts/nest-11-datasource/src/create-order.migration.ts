import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrder1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE shop_order (id varchar(20) PRIMARY KEY, mobile varchar(20) NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shop_order');
  }
}
