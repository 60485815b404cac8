(* Latents of other laws: every bound holds with r/L for r.

   A law on R^m is known by its expectation E ([law]). It has the isoperimetric constant L if
   P[u > tau] <= Phi(Phi^{-1}(P[u > 0]) - tau/L) for every 1-Lipschitz u ([isoperimetric_law]). So
   has the law of x = T(z), z ~ N(0, I_d), for an L-Lipschitz T : R^d -> R^m, as u(T(z))/L is
   1-Lipschitz and positive where u(T(z)) is ([image_isoperimetric]); N(0, L^2 I) attains it
   ([scaled_halfspace_mass]). Classes are sets K_0, ..., K_(n-1) of R^m, their masses p_i those of
   their interiors under the law, and r(x) is measured in R^m. Under a law with the constant L
     E r <= L Sum f(p_i);  E r <= L gamma(||p||^2) if max p <= P, or if ||p||^2 <= P^2;
     E r <= L g(||p||^2) if max p <= p*, or if ||p||^2 <= s-hat;
     E r <= L (b + k ||p||^2) for every line b + k x above g at the masses;
   and for classes with holes [law_holes_theorem] and [law_filling_theorem]. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail Rewrite TalkThreshold TalkTheorem HalfspaceRadius.
From ClassRadius Require Import GaussianExpectation GaussianSpace GaussianIsoperimetry LayerCake.
From ClassRadius Require Import Unconditional HolesUnconditional Sets Filling.
Open Scope R_scope.

(* ---- Images of N(0, I) ---- *)

Definition lipschitz_map (d m : nat) (L : R) (T : space d -> space m) : Prop :=
  forall z w, distance m (T z) (T w) <= L * distance d z w.

(* E h(x), x = T(z). *)
Definition image (d m : nat) (T : space d -> space m) (h : space m -> R) : R :=
  expect d (fun z => h (T z)).

Section Image.

Variables (d m : nat) (L : R) (T : space d -> space m).
Hypothesis L_pos : 0 < L.
Hypothesis map : lipschitz_map d m L T.

Lemma lipschitz_image (M : R) (h : space m -> R) : lipschitz m M h ->
  lipschitz d (Rabs M * L) (fun z => h (T z)).
Proof.
  intros H z w. apply Rle_trans with (1 := H _ _).
  apply Rle_trans with (Rabs M * distance m (T z) (T w)).
  - apply Rmult_le_compat_r; [apply distance_pos|apply Rle_abs].
  - rewrite Rmult_assoc. apply Rmult_le_compat_l; [apply Rabs_pos|apply map].
Qed.

Theorem image_law : law m (image d m T).
Proof.
  repeat split; unfold image.
  - intro c. apply expect_const.
  - intros f g A B F G. exact (expect_plus d _ _ _ _ (lipschitz_image A f F) (lipschitz_image B g G)).
  - intros c f A F. exact (expect_scal d c _ _ (lipschitz_image A f F)).
  - intros f g A B F G H.
    apply (expect_le d _ _ _ _ (lipschitz_image A f F) (lipschitz_image B g G)). intro z. apply H.
  - intros f A e HA F He. apply (expect_excess d (Rabs A * L) (fun z => f (T z))); [|now apply lipschitz_image|exact He].
    apply Rmult_le_pos; [apply Rabs_pos|lra].
Qed.

(* A mass is that of the positive multiples too. *)
Lemma mass_of_multiple (u v : space d -> R) (A B : R) : lipschitz d A u -> lipschitz d B v ->
  (forall z, v z = u z / L) -> mass_positive d u = mass_positive d v.
Proof.
  intros U V H. assert (I : 0 < / L) by now apply Rinv_0_lt_compat.
  assert (X : forall z, Rmax 0 (v z) = / L * Rmax 0 (u z)).
  { intro z. rewrite H. replace 0 with (/ L * 0) at 1 by ring. unfold Rdiv.
    rewrite (Rmult_comm (u z)). apply RmaxRmult. lra. }
  apply Rle_antisym.
  - apply (law_mass_mono d (expect d) (gaussian_law d) L A B); [lra|exact U|exact V|].
    intro z. rewrite X. right. field. lra.
  - apply (law_mass_mono d (expect d) (gaussian_law d) (/ L) B A); [lra|exact V|exact U|].
    intro z. rewrite X. lra.
Qed.

(* The law of T(z) has the constant L. *)
Theorem image_isoperimetric : isoperimetric_law m (image d m T) L.
Proof.
  intros u tau U Ht M. set (v := fun z => u (T z) / L).
  assert (F : forall t, lipschitz m 1 (fun x => u x - t)) by (intro t; now apply lipschitz_shift).
  assert (V : lipschitz d 1 v).
  { intros z w. unfold v. replace (u (T z) / L - u (T w) / L) with ((u (T z) - u (T w)) * / L)
      by (field; lra).
    assert (I : 0 < / L) by now apply Rinv_0_lt_compat.
    rewrite Rabs_mult, (Rabs_pos_eq (/ L)) by lra. apply Rmult_le_reg_r with L; [exact L_pos|].
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    assert (A := U (T z) (T w)). assert (B := map z w). lra. }
  assert (E : forall t, law_mass m (image d m T) (fun x => u x - t)
    = mass_positive d (fun z => v z - t / L)).
  { intro t. apply (mass_of_multiple (fun z => u (T z) - t) _ (Rabs 1 * L) 1).
    - exact (lipschitz_image 1 _ (F t)).
    - now apply lipschitz_shift.
    - intro z. unfold v. field. lra. }
  assert (E0 : law_mass m (image d m T) u = mass_positive d v).
  { apply (mass_of_multiple (fun z => u (T z)) _ (Rabs 1 * L) 1 (lipschitz_image 1 _ U) V).
    intro z. reflexivity. }
  rewrite E, E0 in *. apply gaussian_isoperimetry; [exact V| |exact M].
  apply Rle_mult_inv_pos; assumption.
Qed.

End Image.

(* ---- Maps with their constants ---- *)

Fixpoint by_coordinates (d : nat) (f : nat -> R -> R) : space d -> space d :=
  match d with
  | O => fun z => z
  | S e => fun z => (f 0%nat (fst z), by_coordinates e (fun k => f (S k)) (snd z))
  end.

(* A map by coordinates has the largest slope as its constant. *)
Theorem by_coordinates_lipschitz (d : nat) (L : R) (f f1 : nat -> R -> R) :
  (forall k x, is_derive (f k) x (f1 k x)) -> (forall k x, Rabs (f1 k x) <= L) ->
  lipschitz_map d d L (by_coordinates d f).
Proof.
  intros D B. assert (P : 0 <= L) by (apply Rle_trans with (2 := B 0%nat 0); apply Rabs_pos).
  assert (F : forall k x y, (f k x - f k y) ^ 2 <= L ^ 2 * (x - y) ^ 2).
  { intros k x y. destruct (MVT_gen (f k) y x (f1 k)) as [c [_ E]].
    - intros; apply D.
    - intros u _. apply derivable_continuous_pt. exists (f1 k u). apply is_derive_Reals, D.
    - rewrite E. replace ((f1 k c * (x - y)) ^ 2) with (f1 k c ^ 2 * (x - y) ^ 2) by ring.
      apply Rmult_le_compat_r; [apply pow2_ge_0|]. rewrite <- (pow2_abs (f1 k c)).
      apply pow_incr. split; [apply Rabs_pos|apply B]. }
  assert (S : forall z w, square_distance d (by_coordinates d f z) (by_coordinates d f w)
    <= L ^ 2 * square_distance d z w).
  { clear D B. revert f F. induction d as [|d IH]; intros f F z w; cbn [by_coordinates square_distance fst snd].
    - lra.
    - specialize (IH (fun k => f (S k)) (fun k => F (S k)) (snd z) (snd w)).
      specialize (F 0%nat (fst z) (fst w)). lra. }
  intros z w. apply Rle_trans with (sqrt (L ^ 2) * distance d z w).
  - unfold distance. rewrite <- sqrt_mult_alt by apply pow2_ge_0. apply sqrt_le_1_alt, S.
  - rewrite sqrt_pow2 by exact P. lra.
Qed.

(* A linear map A from N(0, I_d) to N(0, A B), B its transpose: the constant is L if the quadratic
   form of the covariance A B is at most L^2 |v|^2, that is if its eigenvalues are at most L^2. *)
Fixpoint dot (d : nat) : space d -> space d -> R :=
  match d with
  | O => fun _ _ => 0
  | S e => fun z w => fst z * fst w + dot e (snd z) (snd w)
  end.

Fixpoint minus (d : nat) : space d -> space d -> space d :=
  match d with
  | O => fun z _ => z
  | S e => fun z w => (fst z - fst w, minus e (snd z) (snd w))
  end.

Lemma square_distance_dot (d : nat) (z w : space d) :
  square_distance d z w = dot d (minus d z w) (minus d z w).
Proof. induction d as [|d IH]; simpl; [reflexivity|]. rewrite IH. ring. Qed.

Lemma dot_pos (d : nat) (z : space d) : 0 <= dot d z z.
Proof.
  induction d as [|d IH]; simpl; [lra|]. specialize (IH (snd z)).
  assert (P := Rle_0_sqr (fst z)). unfold Rsqr in P. lra.
Qed.

(* (z.w)^2 <= (z.z)(w.w) *)
Lemma cauchy_schwarz (d : nat) (z w : space d) : dot d z w ^ 2 <= dot d z z * dot d w w.
Proof.
  induction d as [|d IH]; simpl; [lra|]. specialize (IH (snd z) (snd w)).
  assert (P := dot_pos d (snd z)). assert (Q := dot_pos d (snd w)).
  set (a := fst z). set (b := fst w). set (p := dot d (snd z) (snd z)) in *.
  set (q := dot d (snd w) (snd w)) in *. set (r := dot d (snd z) (snd w)) in *.
  (* 2 a b r <= a^2 q + b^2 p, as r^2 <= p q *)
  assert (H : 2 * (a * b * r) <= a ^ 2 * q + b ^ 2 * p).
  { apply Rle_trans with (Rabs (2 * (a * b * r))); [apply Rle_abs|].
    apply Rsqr_incr_0_var; [|assert (A := pow2_ge_0 a); assert (B := pow2_ge_0 b); nra].
    rewrite <- Rsqr_abs. unfold Rsqr.
    assert (A : 0 <= (a ^ 2 * q - b ^ 2 * p) ^ 2) by apply pow2_ge_0.
    assert (B : 0 <= (a * b) ^ 2 * (p * q - r ^ 2)) by (apply Rmult_le_pos; [apply pow2_ge_0|lra]).
    nra. }
  simpl in *. nra.
Qed.

Theorem linear_lipschitz (d m : nat) (L : R) (A : space d -> space m) (B : space m -> space d) :
  0 <= L ->
  (forall z w, minus m (A z) (A w) = A (minus d z w)) -> (forall z v, dot m (A z) v = dot d z (B v)) ->
  (forall v, dot m (A (B v)) v <= L ^ 2 * dot m v v) -> lipschitz_map d m L A.
Proof.
  intros P linear transpose form z w. apply Rle_trans with (sqrt (L ^ 2) * distance d z w).
  - unfold distance. rewrite <- sqrt_mult_alt by apply pow2_ge_0. apply sqrt_le_1_alt.
    rewrite !square_distance_dot, linear. set (x := minus d z w).
    (* |Ax|^4 = (x . B A x)^2 <= |x|^2 |B A x|^2 <= L^2 |x|^2 |A x|^2 *)
    assert (C := cauchy_schwarz d x (B (A x))). rewrite <- transpose in C.
    specialize (form (A x)). rewrite transpose in form.
    assert (Y := dot_pos m (A x)). assert (X := dot_pos d x).
    set (y := dot m (A x) (A x)) in *. set (b := dot d (B (A x)) (B (A x))) in *.
    destruct (Rle_lt_or_eq_dec _ _ Y) as [Z|<-]; [|apply Rmult_le_pos; [apply pow2_ge_0|exact X]].
    apply Rmult_le_reg_r with y; [exact Z|]. simpl in C. nra.
  - rewrite sqrt_pow2 by exact P. lra.
Qed.

(* ---- N(0, L^2 I) ---- *)

Definition scale (d : nat) (L : R) : space d -> space d := by_coordinates d (fun _ x => L * x).

Lemma scale_coordinate (d k : nat) (L : R) (z : space d) :
  coordinate d k (scale d L z) = L * coordinate d k z.
Proof.
  unfold scale. revert k. induction d as [|d IH]; intro k; simpl; [ring|].
  destruct k; [reflexivity|apply IH].
Qed.

Lemma scale_lipschitz (d : nat) (L : R) : 0 <= L -> lipschitz_map d d L (scale d L).
Proof.
  intro H. apply (by_coordinates_lipschitz d L _ (fun _ _ => L)).
  - intros _ x. auto_derive; [trivial|ring].
  - intros _ _. rewrite Rabs_pos_eq; lra.
Qed.

(* P[x_k > t] = Q(t/L): with P[x_k > 0] = 1/2 the isoperimetric inequality is an equality. *)
Theorem scaled_halfspace_mass (d k : nat) (L t : R) : (k < d)%nat -> 0 < L ->
  law_mass d (image d d (scale d L)) (fun x => coordinate d k x - t) = Q (t / L).
Proof.
  intros K H. rewrite <- (halfspace_mass d k (t / L) K).
  assert (A : lipschitz d 1 (coordinate d k)).
  { clear t K. revert k. induction d as [|d IH]; intros k z w; [simpl|destruct k; simpl].
    - rewrite Rminus_eq_0, Rabs_R0. assert (D := distance_pos 0 z w). lra.
    - rewrite Rmult_1_l. unfold distance. simpl. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt.
      assert (P := square_distance_pos d (snd z) (snd w)). unfold Rsqr. lra.
    - apply Rle_trans with (1 := IH k (snd z) (snd w)). apply Rmult_le_compat_l; [lra|].
      apply sqrt_le_1_alt. simpl. assert (P := pow2_ge_0 (fst z - fst w)). simpl in P. lra. }
  apply (mass_of_multiple d L H (fun z => coordinate d k (scale d L z) - t) _ (Rabs 1 * L) 1).
  - apply (lipschitz_image d d L (scale d L) (scale_lipschitz d L ltac:(lra)) 1 (fun x => coordinate d k x - t)).
    now apply lipschitz_shift.
  - now apply lipschitz_shift.
  - intro z. rewrite scale_coordinate. field. lra.
Qed.

(* ---- Classes under a law with the constant L ---- *)

Definition law_set_masses (m n : nat) (E : (space m -> R) -> R) (K : nat -> space m -> Prop)
  : list R := List.map (fun i => law_set_mass m E (K i)) (seq 0 n).

Section Classes.

Variables (m n : nat) (E : (space m -> R) -> R) (L : R) (K : nat -> space m -> Prop).
Hypothesis is_law : law m E.
Hypothesis L_pos : 0 < L.
Hypothesis constant : isoperimetric_law m E L.

Lemma law_masses_of_depths : List.map (law_mass m E) (depths m n K) = law_set_masses m n E K.
Proof. unfold depths, law_set_masses. now rewrite List.map_map. Qed.

Lemma law_in_depths (A : R -> Prop) : (forall i, (i < n)%nat -> A (law_set_mass m E (K i))) ->
  forall u, In u (depths m n K) -> distance_like m u /\ A (law_mass m E u).
Proof.
  intros H u U. apply in_map_iff in U. destruct U as [i [<- I]]. split; [apply distance_to_like|].
  apply H. apply in_seq in I. lia.
Qed.

Theorem latents_isoperimetric_theorem :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) < 1) ->
  E (class_radius m (depths m n K)) <= L * sum_of integrated_tail (law_set_masses m n E K).
Proof.
  intro H. rewrite <- law_masses_of_depths. apply law_isoperimetric_theorem; trivial.
  now apply (law_in_depths (fun x => 0 < x < 1)).
Qed.

Theorem latents_talk_theorem :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) <= talk_threshold) ->
  sum (law_set_masses m n E K) = 1 ->
  E (class_radius m (depths m n K)) <= L * gamma (collision (law_set_masses m n E K)).
Proof.
  intros H. rewrite <- law_masses_of_depths. apply law_talk_theorem; trivial.
  now apply (law_in_depths (fun x => 0 < x <= talk_threshold)).
Qed.

Theorem latents_talk_theorem_collision :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i)) ->
  sum (law_set_masses m n E K) = 1 ->
  collision (law_set_masses m n E K) <= talk_threshold ^ 2 ->
  E (class_radius m (depths m n K)) <= L * gamma (collision (law_set_masses m n E K)).
Proof.
  intros H. rewrite <- law_masses_of_depths. apply law_talk_theorem_collision; trivial.
  now apply (law_in_depths (fun x => 0 < x)).
Qed.

Theorem latents_sharp_theorem :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) <= concavity_threshold) ->
  sum (law_set_masses m n E K) = 1 ->
  E (class_radius m (depths m n K)) <= L * halfspace_radius (collision (law_set_masses m n E K)).
Proof.
  intros H. rewrite <- law_masses_of_depths. apply law_sharp_theorem; trivial.
  now apply (law_in_depths (fun x => 0 < x <= concavity_threshold)).
Qed.

Theorem latents_sharp_theorem_collision :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i)) ->
  sum (law_set_masses m n E K) = 1 ->
  collision (law_set_masses m n E K) <= assumption_free_threshold ->
  E (class_radius m (depths m n K)) <= L * halfspace_radius (collision (law_set_masses m n E K)).
Proof.
  intros H. rewrite <- law_masses_of_depths. apply law_sharp_theorem_collision; trivial.
  now apply (law_in_depths (fun x => 0 < x)).
Qed.

Theorem latents_majorant_theorem (b k : R) :
  (forall i, (i < n)%nat -> 0 < law_set_mass m E (K i) < 1 /\
    halfspace_radius (law_set_mass m E (K i)) <= b + k * law_set_mass m E (K i)) ->
  sum (law_set_masses m n E K) = 1 ->
  E (class_radius m (depths m n K)) <= L * (b + k * collision (law_set_masses m n E K)).
Proof.
  intros H. rewrite <- law_masses_of_depths. apply law_majorant_theorem; trivial.
  now apply (law_in_depths (fun x => 0 < x < 1 /\ halfspace_radius x <= b + k * x)).
Qed.

End Classes.

(* The talk's theorem and the sharp one for x = T(z), z ~ N(0, I_d). *)
Theorem latents_theorem (d m n : nat) (L : R) (T : space d -> space m)
  (K : nat -> space m -> Prop) : 0 < L -> lipschitz_map d m L T ->
  let p := law_set_masses m n (image d m T) K in
  (forall x, In x p -> 0 < x) -> sum p = 1 ->
  ((forall x, In x p -> x <= talk_threshold) ->
    expect d (fun z => class_radius m (depths m n K) (T z)) <= L * gamma (collision p)) /\
  ((forall x, In x p -> x <= concavity_threshold) ->
    expect d (fun z => class_radius m (depths m n K) (T z)) <= L * halfspace_radius (collision p)).
Proof.
  intros H F p P S. assert (A := image_law d m L T H F).
  assert (I := image_isoperimetric d m L T H F).
  assert (M : forall i, (i < n)%nat -> In (law_set_mass m (image d m T) (K i)) p).
  { intros i N. apply (in_map (fun i => law_set_mass m (image d m T) (K i))), in_seq. lia. }
  split; intro B.
  - apply (latents_talk_theorem m n (image d m T) L K A H I); [|exact S].
    intros i N. split; auto.
  - apply (latents_sharp_theorem m n (image d m T) L K A H I); [|exact S].
    intros i N. split; auto.
Qed.
