namespace Nagumo.Relaxation;

/// <summary>The step of an adaptive integrator, from the error of the last one: h ← h · aim · error^(−1/order), by a bounded factor.</summary>
/// <param name="order">The power of h with which the error falls.</param>
/// <param name="aim">Part of the step that would just be allowed, &lt; 1.</param>
/// <param name="least">Smallest factor, of an overflow too: it has no error to learn from.</param>
/// <param name="most">Largest factor.</param>
internal sealed class ErrorControl(int order, double aim, double least, double most)
{
    private double _factor;

    /// <summary>Size of the next step.</summary>
    public double Step { get; set; }

    /// <summary>Judges a step of size h by its error in units of what is allowed; false, with a smaller next one, where it must be repeated.</summary>
    public bool Accepts(double h, double error)
    {
        _factor = double.IsFinite(error) ? Math.Clamp(aim * Math.Pow(error, -1.0 / order), least, most) : least;
        if (error <= 1)
            return true;
        Step = h * _factor;
        return false;
    }

    /// <summary>A step that was judged has been taken, of size h. One cut short by the end says nothing about the next, unless that must be shorter still.</summary>
    public void Take(double h)
    {
        if (h == Step || _factor < 1)
            Step = h * _factor;
    }
}
