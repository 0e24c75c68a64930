// The shapes of the icons, in a square of 24.
export const paths = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  plus: 'M12 5v14M5 12h14',
  settings: 'M4 8h8M18 8h2M4 16h2M12 16h8M15 5v6M9 13v6',
  send: 'M12 19V5M5.5 11.5L12 5l6.5 6.5',
  bubble: 'M20 4H4v13h4v4l5-4h7z',
  copy: 'M9 9h11v11H9zM15 5V4H4v11h1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
} as const

export type IconName = keyof typeof paths
