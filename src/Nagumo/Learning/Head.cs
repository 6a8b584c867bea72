using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>A linear readout that looks at some neurons and does not act back on them: z = W u + b, a part of the cost.</summary>
/// <remarks>
/// C(W u + b, y) is a cost of u: the nudge is −β Wᵀ ∂C/∂z. Its own parameters are learned by the local rule ∂C/∂W = ∂C/∂z uᵀ at the free
/// state. Threads write disjoint lanes, and later rows of the gradient.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class Head<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly EndPlace _at;
    private readonly Buffer<T> _memory;
    private readonly MatView<T> _u,
        _z,
        _force;

    /// <param name="at">The neurons that it looks at.</param>
    /// <param name="weights">W, [width × neurons]; belongs to the head from now on.</param>
    /// <param name="bias">b, [width].</param>
    /// <param name="batch">Most samples of a batch.</param>
    public Head(EndPlace at, Tensor<T> weights, Tensor<T> bias, int batch)
    {
        (_at, Weights, Bias) = (at, weights, bias);
        int padded = (batch + 15) / 16 * 16;
        _memory = new((at.Count + 2L * weights.Rows) * padded);
        _u = _memory.View(0, at.Count, batch, padded);
        _z = _memory.View((long)at.Count * padded, weights.Rows, batch, padded);
        _force = _memory.View(((long)at.Count + weights.Rows) * padded, weights.Rows, batch, padded);
    }

    /// <summary>The same head for another scalar type and batch.</summary>
    public Head<TOther> Copy<TOther>(int batch)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        Tensor<TOther> Of(Tensor<T> t)
        {
            var copy = new Tensor<TOther>(t.Name, t.Rows, t.Cols, t.Min, t.Max, t.Decays);
            copy.CopyFrom(t);
            return copy;
        }
        return new(_at, Of(Weights), Of(Bias), batch);
    }

    /// <summary>W.</summary>
    public Tensor<T> Weights { get; }

    /// <summary>b.</summary>
    public Tensor<T> Bias { get; }

    /// <summary>The neurons that it looks at.</summary>
    public EndPlace At => _at;

    /// <summary>Number of outputs.</summary>
    public int Width => Weights.Rows;

    /// <summary>The outputs of a state into lanes [at, …) of the batch.</summary>
    public void Read(State<T> s, int at, GemmWorkspace<T> ws)
    {
        var u = Slice(_u, at, s.Lanes);
        s.At(_at).CopyTo(u);
        Gemm.Multiply(Weights.Value, u, Bias.Value.Repeated(s.Lanes), Slice(_z, at, s.Lanes), T.One, ws);
    }

    /// <summary>The outputs of one lane of the batch.</summary>
    public void Output(int lane, Span<double> z)
    {
        for (int c = 0; c < Width; c++)
            z[c] = double.CreateChecked(_z[c, lane]);
    }

    /// <summary>Takes ∂C/∂z of one lane.</summary>
    public void Push(int lane, ReadOnlySpan<double> force)
    {
        for (int c = 0; c < Width; c++)
            _force[c, lane] = T.CreateChecked(force[c]);
    }

    /// <summary>into = init + factor × ∂C/∂u of lanes [at, at + lanes), [neurons × lanes].</summary>
    public void Pull(int at, int lanes, T factor, MatView<T> init, MatView<T> into, GemmWorkspace<T> ws) =>
        Gemm.Multiply(Weights.Value.Transposed, Slice(_force, at, lanes), init, into, factor, ws);

    /// <summary>One thread's rows of the mean gradient over the first so many lanes.</summary>
    public void Gradient(int lanes, int part, int parts, GemmWorkspace<T> ws)
    {
        T scale = T.CreateChecked(1.0 / lanes);
        var (row0, rows) = Shares.Of(Width, part, parts);
        if (rows == 0)
            return;
        var force = _force.Slice(row0, rows, 0, lanes);
        Gemm.Multiply(force, Slice(_u, 0, lanes).Transposed, default, Weights.Gradient.Slice(row0, rows, 0, Weights.Cols), scale, ws);
        force.LaneSums(scale, Bias.Gradients[row0..]);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _memory.Dispose();
        Weights.Dispose();
        Bias.Dispose();
    }

    private static MatView<T> Slice(MatView<T> view, int at, int lanes) => view.Slice(0, view.Rows, at, lanes);
}
