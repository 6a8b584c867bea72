namespace Nagumo.Plots;

/// <summary>The words above a figure.</summary>
/// <param name="Title">What is seen, in a few words. <c>^{…}</c> raises and <c>_{…}</c> lowers a part.</param>
/// <param name="Subtitle">Where it comes from: run, data set, seed. Long lines are wrapped.</param>
public sealed record Caption(string Title, string? Subtitle = null);
