// Before the first paint: which of light and dark the reader has chosen, and that scripts run.
document.documentElement.dataset.scripts = "";
try {
  const theme = localStorage.getItem("us-iraq-dialogue/theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* the system's own choice stands */ }
