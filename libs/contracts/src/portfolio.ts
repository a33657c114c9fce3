/** Words of portfolios that several areas use: sides, weights, bands, modes. */
export * from './gen/trimtab/portfolio/v1/portfolio.js';
