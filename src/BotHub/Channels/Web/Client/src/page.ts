import './chat-element';

// The tab is named after the bot, so that it can be found again among many.
document.addEventListener('bothub-bot', event => {
  document.title = (event as CustomEvent<{ name: string }>).detail.name;
});
