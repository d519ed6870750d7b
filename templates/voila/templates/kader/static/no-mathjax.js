// Voilà wants a MathJax, by default from a third party. The workbook has no formulas, so this one does nothing.
window.MathJax = { Hub: { Config() {}, Configured() {}, Queue() {}, Register: { StartupHook() {} } } };
